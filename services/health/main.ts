// `health api | worker`, asked by a container's health check: exit code 0 when the process beside it does its work.

import { stat } from 'node:fs/promises';
import * as http from 'node:http';
import * as https from 'node:https';
import { loadConfig, type Config } from '../config.ts';

/** A worker sweeps every few seconds; a round may wait for the database as long as its limits say. */
const pulseSeconds = 120;
const answerMs = 4_000;

const [subject] = process.argv.slice(2);
const fault = await findFault(subject, loadConfig());
if (fault !== undefined) {
  process.stderr.write(`${fault}\n`);
  process.exitCode = 1;
}

async function findFault(name: string | undefined, config: Config): Promise<string | undefined> {
  try {
    if (name === 'api') return await askApi(config.http.port);
    if (name === 'worker') return await feelPulse(config.worker.pulseFile);
    return 'usage: health api | worker';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whether it speaks TLS is its own business; it is asked on loopback, where no certificate would be good. */
async function askApi(port: number): Promise<string | undefined> {
  const status = await readStatus(http.get, port).catch(() => readStatus(https.get, port));
  return status === 200 ? undefined : `the API answers ${status}`;
}

function readStatus(get: typeof http.get | typeof https.get, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/ready', rejectUnauthorized: false, timeout: answerMs };
    get(options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('timeout', function (this: http.ClientRequest) {
        this.destroy(new Error(`no answer in ${answerMs / 1000} s`));
      })
      .on('error', reject);
  });
}

async function feelPulse(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return 'FLEETYARD_PULSE_FILE is not set, so the worker writes no pulse';
  const age = (Date.now() - (await stat(file)).mtimeMs) / 1000;
  return age <= pulseSeconds ? undefined : `the worker was last heard of ${Math.round(age)} s ago`;
}
