import { createRequire } from 'node:module';
import { test } from 'tap';
import { getProgram } from '../../stacks/registry.ts';

test('only the SDK of the cloud that is asked for is loaded', async (t) => {
  const loaded = () => Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes('/@pulumi/'));
  await getProgram('gke', 'cluster');
  t.ok(loaded().some((path) => path.includes('/@pulumi/gcp/')));
  t.notOk(loaded().some((path) => /\/@pulumi\/(aws|azure-native|kubernetes)\//.test(path)));
});

test('what lives inside a cluster, and how it joins a federation, is the same at all providers', async (t) => {
  t.equal(await getProgram('eks', 'addons'), await getProgram('gke', 'addons'));
  t.equal(await getProgram('eks', 'membership'), await getProgram('aks', 'membership'));
});
