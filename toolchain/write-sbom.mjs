// `npm run sbom -- [FILE]`: what Fleetyard is made of, as CycloneDX: the packages of production, and the Pulumi CLI with its modules.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readChecksums } from './checksums.mjs';
import { runCommand } from './run-command.mjs';
import { PULUMI_VERSION } from './versions.mjs';

const root = dirname(import.meta.dirname);
const [file] = process.argv.slice(2);
const args = [
  'sbom',
  '--sbom-format',
  'cyclonedx',
  '--sbom-type',
  'application',
  '--package-lock-only',
  '--omit',
  'dev',
];
const { code, stdout, stderr } = await runCommand('npm', args, { cwd: root, env: process.env });
if (code !== 0) {
  process.stderr.write(`npm sbom failed: ${stderr.trim()}\n`);
  process.exitCode = 1;
} else {
  const bom = JSON.parse(stdout);
  // npm takes the folder's name.
  bom.metadata.component.name = 'fleetyard';
  bom.components.push(describePulumi(), ...describeModules());
  const text = `${JSON.stringify(bom, null, 2)}\n`;
  if (file === undefined) process.stdout.write(text);
  else writeFileSync(file, text);
}

function describePulumi() {
  const archives = Object.entries(readChecksums()).map(([name, content]) => ({
    type: 'distribution',
    url: `https://get.pulumi.com/releases/sdk/${name}`,
    hashes: [{ alg: 'SHA-256', content }],
  }));
  return {
    'bom-ref': `pulumi@${PULUMI_VERSION}`,
    type: 'application',
    name: 'pulumi',
    version: PULUMI_VERSION,
    purl: `pkg:golang/github.com/pulumi/pulumi/pkg/v3@v${PULUMI_VERSION}`,
    licenses: [{ license: { id: 'Apache-2.0' } }],
    externalReferences: archives.filter(({ url }) => url.includes('/pulumi-v')),
  };
}

/** The modules that a build of the CLI is made of. */
function describeModules() {
  const text = readFileSync(join(root, 'toolchain', 'pulumi', 'go.mod'), 'utf8');
  return [...text.matchAll(/^\s+([^\s/]+\.[^\s/]+\/\S+) (v\S+)/gm)].map(([, name, version]) => ({
    'bom-ref': `golang:${name}@${version}`,
    type: 'library',
    name,
    version,
    purl: `pkg:golang/${name}@${version}`,
  }));
}
