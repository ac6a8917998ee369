// Directories for tests that outside programs write to; removed when the test ends.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';

/** Makes a private directory under the system's temporary directory and removes it, with all in it, at teardown. */
export async function createTestDirectory(t: Test): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'fleetyard-test-'));
  t.teardown(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  return directory;
}
