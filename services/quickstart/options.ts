// The command line of the quickstart.

import { parseArgs } from 'node:util';

/** What the quickstart was asked to do. */
export type QuickstartOptions = {
  /** Path of the fleet document to send. */
  request: string;
  /** Run to the end and stop, instead of staying up. */
  once: boolean;
  /** One JSON summary as the last line of standard output; everything else goes to standard error. */
  json: boolean;
  /** Remove the data of earlier runs and stop. */
  clean: boolean;
  /** On real control planes and a real Karmada, which are processes on this machine. */
  kubernetes: boolean;
  help: boolean;
  /** Folder of everything that a later start finds again. */
  data: string;
  /** Port of the API on loopback; when not given, that of the last start or 8080, if free. */
  port: number | undefined;
  /** Simulated minutes a cloud takes are multiplied by this; 0 answers at once. */
  timeScale: number;
  concurrency: number;
};

/** Shown by `--help`. */
export const usage = `Usage: npm run quickstart -- [options]

Brings up PostgreSQL, Redis, the simulated clouds, the API and a worker on loopback, sends a fleet
request, follows it to its end, and stays up until Ctrl-C. The clouds and the federation hub are simulated:
no account is needed and nothing is paid. A second start finds its data again.

  --request FILE       fleet document to send, YAML or JSON (default examples/quickstart.yaml); credentials
                       that it names and that do not exist are made as simulated ones
  --once               stop everything when the fleet has come to rest; exit 0 only when every cluster is ready
  --json               print one JSON summary as the last line of standard output, progress on standard error
  --kubernetes         let the simulated clouds stand on real control planes (etcd, API server, kwok) and join them to a
                       real Karmada, run a workload on them, and say how to reach each with kubectl
  --clean              remove the data of earlier runs, then stop
  --data DIR           where data is kept (default .fleetyard; with --kubernetes .fleetyard/kubernetes)
  --port N             port of the API (default 8080, or any free one)
  --time-scale X       how much of a real cloud's time the simulated clouds take (default 0.002; 0 is at once)
  --concurrency N      operations that run at once (default 3)
  --help               this text`;

function readNumber(name: string, text: string, allowed: { min: number; max: number; whole: boolean }): number {
  const value = Number(text);
  const fits =
    text.trim() !== '' && value >= allowed.min && value <= allowed.max && (!allowed.whole || Number.isInteger(value));
  if (!fits)
    throw new Error(
      `--${name} takes ${allowed.whole ? 'a whole' : 'a'} number from ${allowed.min} to ${allowed.max}, not '${text}'`,
    );
  return value;
}

/** Parses the arguments; throws an Error whose message names the option and what it takes. */
export function parseOptions(args: string[]): QuickstartOptions {
  const { values } = parseArgs({
    args,
    strict: true,
    allowPositionals: false,
    options: {
      request: { type: 'string', default: 'examples/quickstart.yaml' },
      once: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      clean: { type: 'boolean', default: false },
      kubernetes: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      data: { type: 'string' },
      port: { type: 'string' },
      'time-scale': { type: 'string', default: '0.002' },
      concurrency: { type: 'string', default: '3' },
    },
  });
  return {
    request: values.request,
    once: values.once,
    json: values.json,
    clean: values.clean,
    kubernetes: values.kubernetes,
    help: values.help,
    // What kind of control planes a simulated account has is for ever, so each kind has data of its own.
    data: values.data ?? (values.kubernetes ? '.fleetyard/kubernetes' : '.fleetyard'),
    port: values.port === undefined ? undefined : readNumber('port', values.port, { min: 1, max: 65_535, whole: true }),
    timeScale: readNumber('time-scale', values['time-scale'], { min: 0, max: 10, whole: false }),
    concurrency: readNumber('concurrency', values.concurrency, { min: 1, max: 64, whole: true }),
  };
}
