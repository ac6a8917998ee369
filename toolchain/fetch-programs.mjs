// `npm run programs`: makes the programs of local control planes and of Karmada ready, so that what needs them does not wait.
import { parseArgs } from 'node:util';
import { findKarmadaFiles, findKubernetesPrograms } from './kubernetes.mjs';
import { listPrograms } from './program-sets.mjs';
import { createProgressLine } from './progress.mjs';

const USAGE = `Usage: npm run programs -- [PROGRAM …]

Finds etcd, Kubernetes, kwok and Karmada, or builds them from their Go modules (two cores: about 15 minutes, once). Without
names all of them.
`;

process.exitCode = await main();

/** @returns {Promise<number>} the exit code */
async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  });
  const all = listPrograms();
  const unknown = positionals.filter((name) => !(/** @type {string[]} */ (all).includes(name)));
  if (values.help || unknown.length > 0) {
    const stream = values.help ? process.stdout : process.stderr;
    stream.write(unknown.length === 0 ? USAGE : `there is no program ${unknown.join(', ')}: ${all.join(', ')}\n`);
    return values.help ? 0 : 2;
  }
  const wanted = all.filter((name) => positionals.length === 0 || positionals.includes(name));
  const line = createProgressLine();
  try {
    const found = await findKubernetesPrograms(wanted, { onProgress: line.show });
    const files = positionals.length === 0 ? await findKarmadaFiles({ onProgress: line.show }) : {};
    line.clear();
    for (const [name, path] of Object.entries({ ...found, ...files })) process.stdout.write(`${name} ${path}\n`);
    return 0;
  } catch (error) {
    line.clear();
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}
