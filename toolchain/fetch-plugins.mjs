// `npm run plugins -- [--home DIR] [--pin]`: fetches the official provider plugins into a Pulumi home.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readChecksums } from './checksums.mjs';
import { fetchPlugins, getArchive, getReleaseUrl, listPlugins } from './plugins.mjs';
import { createProgressLine } from './progress.mjs';

const USAGE = `Usage: npm run plugins -- [--home DIR] [--pin]

Fetches the official provider plugins of the SDKs in package.json into a Pulumi home, each held to its SHA-256 in
toolchain/checksums.json.

  --home DIR   the home (default FLEETYARD_PULUMI_HOME, else .fleetyard/pulumi)
  --pin        write the SHA-256 of what the release server sends today, for this platform, into toolchain/checksums.json:
               compare them with the publisher's lists before you commit them
`;

process.exitCode = await main();

/** @returns {Promise<number>} the exit code */
async function main() {
  const { values } = parseArgs({
    options: { home: { type: 'string' }, pin: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const line = createProgressLine();
  try {
    if (values.pin) return await pin();
    const home = resolve(values.home ?? (process.env.FLEETYARD_PULUMI_HOME || '.fleetyard/pulumi'));
    const fetched = await fetchPlugins(home, { onProgress: line.show });
    line.clear();
    const names = fetched.map(({ name, version }) => `${name} ${version}`).join(', ');
    process.stdout.write(names === '' ? `${home} has all plugins\n` : `${home}: fetched ${names}\n`);
    return 0;
  } catch (error) {
    line.clear();
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function pin() {
  const checksums = readChecksums();
  for (const plugin of listPlugins()) {
    const archive = getArchive(plugin);
    const response = await fetch(getReleaseUrl(archive, process.env));
    if (!response.ok || response.body === null) throw new Error(`${response.url} answered ${response.status}`);
    const hash = createHash('sha256');
    for await (const chunk of response.body) hash.update(chunk);
    checksums[archive] = hash.digest('hex');
    process.stdout.write(`${checksums[archive]}  ${archive}\n`);
  }
  const sorted = Object.fromEntries(Object.entries(checksums).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(new URL('./checksums.json', import.meta.url), `${JSON.stringify(sorted, null, 2)}\n`);
  return 0;
}
