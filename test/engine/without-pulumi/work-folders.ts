import { readFile } from 'node:fs/promises';
import { test } from 'tap';
import { listWorkFolders, writeKubeconfigs } from '../../../services/engine/work-folders.ts';
import { createTestDirectory } from '../../helpers/directory.ts';

test('finding 18: a late step takes no kubeconfig from its successor, at the same path', async (t) => {
  const workDir = await createTestDirectory(t);
  const late = await writeKubeconfigs(workDir, 'cl_1', { member: 'old', hub: 'old' });
  const next = await writeKubeconfigs(workDir, 'cl_1', { member: 'new', hub: 'hub' });
  t.equal(next.member, late.member, 'the state holds the path');
  await late.remove();
  t.equal(await readFile(next.member, 'utf8'), 'new');
  t.equal(await readFile(next.hub, 'utf8'), 'hub');
  await next.remove();
  t.same((await listWorkFolders(workDir)).kubeconfigs, [], 'its own step takes all of it');
  await next.remove();
});
