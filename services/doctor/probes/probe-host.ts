// This host: the Pulumi CLI, the plugins of real clouds, the simulated ones, room on disks, and the clocks.

import { access, constants, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { getArchive, listMissingPlugins, listPlugins } from '../../../toolchain/plugins.mjs';
import { findPresentPulumi } from '../../../toolchain/pulumi.mjs';
import { readChecksums } from '../../../toolchain/checksums.mjs';
import { measureClock } from '../../store/inspection/inspect-server.ts';
import type { Inspect } from '../../store/inspection/open-inspection.ts';
import type { RedisFacts } from '../../queue/inspect-redis.ts';
import { findingsOf, type Finding } from '../finding.ts';

const [pulumi, plugins, simulator] = [findingsOf('pulumi'), findingsOf('plugins'), findingsOf('simulator')];
const [clocks, disk] = [findingsOf('clocks'), findingsOf('disk')];

/** The CLI that steps run. */
export async function probePulumi(binary: string | undefined, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const install = 'npm run quickstart -- --help fetches it; or put the pinned one on the PATH or into FLEETYARD_PULUMI';
  try {
    const found = await findPresentPulumi(binary === undefined ? env : { ...env, FLEETYARD_PULUMI: binary });
    if (found === undefined) return [pulumi.mend('the Pulumi CLI is not here in the pinned version', install)];
    return [pulumi.well(`Pulumi CLI ${found.version} at ${found.binary}`)];
  } catch (error) {
    return [pulumi.mend((error as Error).message, install)];
  }
}

/** The official plugins, which only real credentials need. */
export async function probePlugins(home: string, realCredentials: number | undefined): Promise<Finding[]> {
  const missing = listMissingPlugins(home);
  if (missing.length === 0) return [plugins.well(`all ${listPlugins().length} plugins are in ${home}`)];
  const says = `${home} lacks the plugins ${missing.map(({ name, version }) => `${name} ${version}`).join(', ')}`;
  if (realCredentials === 0) return [plugins.advice(`${says}; no credential is real yet`, 'npm run plugins')];
  const pins = readChecksums();
  const unpinned = missing.filter((plugin) => pins[getArchive(plugin)] === undefined);
  const mend =
    unpinned.length === 0
      ? 'npm run plugins'
      : 'npm run plugins -- --pin writes their checksums, which are missing in toolchain/checksums.json; compare them with the publisher, then npm run plugins';
  return [plugins.mend(`${says}, which ${realCredentials ?? 'real'} credentials of real clouds need`, mend)];
}

/** The simulated clouds, which only simulated credentials need. */
export async function probeSimulator(
  url: string | undefined,
  credentials: number,
  until: AbortSignal,
): Promise<Finding[]> {
  if (credentials === 0) return [simulator.well('no credential is simulated')];
  const start = 'npm run simulator -- --help; services/simulator/main.ts is the daemon';
  if (url === undefined) {
    const says = `${credentials} credentials are simulated, and FLEETYARD_SIMULATOR_URL is not set here`;
    return [simulator.mend(says, 'set it to the URL of the simulated clouds')];
  }
  try {
    const answer = await fetch(`${url}/v1/health`, { signal: AbortSignal.any([until, AbortSignal.timeout(5_000)]) });
    await answer.body?.cancel();
    if (answer.ok) return [simulator.well(`the simulated clouds answer at ${url}`)];
    return [simulator.mend(`the simulated clouds answer ${answer.status} at ${url}`, start)];
  } catch {
    const says = `the simulated clouds do not answer at ${url}, and ${credentials} credentials are simulated`;
    return [simulator.mend(says, `start them, or correct FLEETYARD_SIMULATOR_URL (${start})`)];
  }
}

/** Clouds refuse signatures of a clock that is minutes off, and certificates and tokens are judged by seconds. */
const clockMilliseconds = 5_000;

/** This host's clock against the servers'. */
export async function probeClocks(inspect: Inspect | undefined, redis: RedisFacts | undefined): Promise<Finding[]> {
  const ahead: [string, number][] = [];
  if (inspect !== undefined) ahead.push(['PostgreSQL', await inspect(measureClock, { asSystem: false })]);
  if (redis !== undefined) ahead.push(['Redis', redis.aheadMs]);
  if (ahead.length === 0) return [clocks.unseen('no server answers that could be compared with')];
  const off = ahead.filter(([, milliseconds]) => Math.abs(milliseconds) > clockMilliseconds);
  if (off.length === 0) return [clocks.well(`this host agrees with ${ahead.map(([name]) => name).join(' and ')}`)];
  return off.map(([name, milliseconds]) =>
    clocks.mend(
      `the clock of ${name} is ${Math.abs(Math.round(milliseconds / 1000))} s ${milliseconds > 0 ? 'ahead of' : 'behind'} this host's`,
      'let a time service (NTP) set both hosts',
    ),
  );
}

const leastBytes = 2 * 2 ** 30;
const leastInodes = 10_000;

/** Room where steps work. */
export async function probeDisk(folders: readonly string[]): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const folder of new Set(folders)) found.push(...(await lookAtFolder(folder)));
  return found.length > 0 ? found : [disk.well(`there is room in ${[...new Set(folders)].join(', ')}`)];
}

async function lookAtFolder(folder: string): Promise<Finding[]> {
  const there = await findExisting(folder);
  try {
    await access(there, constants.W_OK);
  } catch {
    return [disk.mend(`this user may not write to ${there}`, `give ${folder} to it, or run as its owner`)];
  }
  const { bavail, bsize, ffree, files } = await statfs(there);
  const free = bavail * bsize;
  if (free < leastBytes) {
    const says = `${folder} has ${Math.round(free / 2 ** 20)} MB left, and a step may need two gigabytes`;
    return [disk.mend(says, 'make room, or let FLEETYARD_WORK_DIR or FLEETYARD_PULUMI_HOME name a larger disk')];
  }
  if (files > 0 && ffree < leastInodes)
    return [disk.mend(`${folder} has room for ${ffree} files only`, 'remove files, or take another disk')];
  return [];
}

/** The folder, or the nearest above it that is there. */
async function findExisting(folder: string): Promise<string> {
  const found = await access(folder).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
  return found || dirname(folder) === folder ? folder : findExisting(dirname(folder));
}
