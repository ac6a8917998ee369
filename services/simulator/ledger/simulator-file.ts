// The file `simulator.json` of a data directory: where its daemon is, or was, and the administrator's token.
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the file says. */
export type SimulatorFile = { url: string; adminToken: string; pid: number };

/** Reads where the simulator of a data directory is, or was. */
export async function findSimulatorFile(dataDir: string): Promise<SimulatorFile | undefined> {
  try {
    return JSON.parse(await readFile(join(dataDir, 'simulator.json'), 'utf8')) as SimulatorFile;
  } catch {
    return undefined;
  }
}

/** Writes it, for its owner alone. */
export async function writeSimulatorFile(dataDir: string, file: SimulatorFile): Promise<void> {
  const path = join(dataDir, 'simulator.json');
  await writeFile(`${path}.new`, `${JSON.stringify(file)}\n`, { mode: 0o600 });
  await chmod(`${path}.new`, 0o600);
  await rename(`${path}.new`, path);
}
