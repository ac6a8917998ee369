// `node toolchain/fetch-pulumi.mjs DIR`: puts the pinned Pulumi CLI into a directory, for an image.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createProgressLine } from './progress.mjs';
import { findPulumi } from './pulumi.mjs';

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: node toolchain/fetch-pulumi.mjs DIR');
const { binary, source, version } = await findPulumi({ onProgress: createProgressLine().show });
mkdirSync(directory, { recursive: true });
copyFileSync(binary, join(directory, 'pulumi'));
process.stdout.write(`Pulumi CLI v${version} (${source})\n`);
