import { chmod, chown, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import { makePrivateDirectory, tightenDirectory } from '../../services/process/private-directory.ts';
import { createTestDirectory } from '../helpers/directory.ts';

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
const root = process.getuid?.() === 0;

test("16: the directory for data is its owner's alone", async (t) => {
  const parent = await createTestDirectory(t);
  const made = join(parent, 'made', 'here');
  await makePrivateDirectory(made);
  t.equal(await modeOf(made), 0o700, 'a new one');
  const old = join(parent, 'old');
  await mkdir(old);
  await chmod(old, 0o755);
  await tightenDirectory(old);
  // Root may have started servers as other users in it.
  t.equal(await modeOf(old), root ? 0o711 : 0o700, 'one that was open is tightened');
  await tightenDirectory(join(parent, 'none'));
  await t.rejects(stat(join(parent, 'none')), 'one that is not there is not made');
});

test("16: somebody else's directory is refused, with the mend", async (t) => {
  const path = await createTestDirectory(t);
  await chmod(path, 0o755);
  if (!root || process.seteuid === undefined) {
    t.pass('only root can make one');
    return;
  }
  await chown(path, 12_345, 12_345);
  const getuid = process.getuid;
  t.teardown(() => Object.assign(process, { getuid }));
  Object.assign(process, { getuid: () => 54_321 });
  await t.rejects(tightenDirectory(path), { name: 'ConfigError', message: /belongs to another user.*chmod 0700/s });
  Object.assign(process, { getuid });
  await chmod(path, 0o711);
  Object.assign(process, { getuid: () => 54_321 });
  await tightenDirectory(path);
  t.equal(await modeOf(path), 0o711, 'one that others can only pass through is left');
});
