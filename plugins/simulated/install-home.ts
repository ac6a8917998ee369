// Writes the Pulumi home of simulated stacks: the four plugins, each a small script that starts ours.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FLAVOURS } from './flavours.ts';

/** Installs the plugins below `home` to run under the Node at `node`. Safe to run again, and at once from several processes. */
export async function installSimulatedHome({ home, node }: { home: string; node: string }): Promise<void> {
  const main = join(import.meta.dirname, 'main.ts');
  const cache = join(home, 'compile-cache');
  await mkdir(cache, { recursive: true });
  for (const { name, version } of Object.values(FLAVOURS)) {
    const directory = join(home, 'plugins', `resource-${name}-v${version}`);
    await mkdir(directory, { recursive: true });
    // The cache halves the start, of which a step has several. `exec` keeps the engine as the parent.
    const lines = [
      '#!/bin/sh',
      `NODE_COMPILE_CACHE=${quote(cache)} exec ${quote(node)} --disable-warning=ExperimentalWarning ${quote(main)} ${name} "$@"`,
    ];
    await writeScript(join(directory, `pulumi-resource-${name}`), `${lines.join('\n')}\n`);
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A script that is being executed cannot be written: a new one takes its place. */
async function writeScript(path: string, text: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => '')) === text) return;
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(temporary, text, { mode: 0o755 });
  await rename(temporary, path);
}
