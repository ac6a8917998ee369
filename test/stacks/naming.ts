// Physical names: limits, determinism, no collisions.

import fc from 'fast-check';
import { test } from 'tap';
import { getName, getPoolName, getPoolNames, getShortId, getUuid, NAME_KINDS } from '../../stacks/naming.ts';
import { identity } from './fixtures.ts';

const clusterIds = fc
  .array(fc.constantFrom(...'0123456789abcdefghjkmnpqrstvwxyz'), { minLength: 26, maxLength: 26 })
  .map((characters) => `cl_${characters.join('')}`);
const providers = fc.constantFrom('eks', 'aks', 'gke');

test('every kind of name is valid for every cluster id', async (t) => {
  fc.assert(
    fc.property(clusterIds, fc.constantFrom(...NAME_KINDS), (cluster, kind) => {
      const name = getName(kind, cluster);
      return name.includes(getShortId(cluster)) && name === getName(kind, cluster);
    }),
  );
  t.pass();
});

test('names keep to the limits of the services that are strictest', async (t) => {
  const { cluster } = identity;
  t.equal(getName('key-vault', cluster), 'fy-8q4t6r2y1z');
  t.equal(getName('service-account', cluster, 'nodes'), 'fy-8q4t6r2y1z-nodes');
  t.equal(getName('kms-alias', cluster, 'secrets'), 'alias/fy-8q4t6r2y1z-secrets');
  t.equal(getName('eks-log-group', cluster), '/aws/eks/fy-8q4t6r2y1z/cluster');
  t.throws(() => getName('key-vault', cluster, 'a-role-that-is-too-long'), /no valid key-vault name/);
  t.throws(() => getName('key-vault', cluster, 'a--b'), /no valid key-vault name/);
  t.throws(() => getName('iam-role', 'payments'), /not a cluster id/);
});

test('a pool keeps the name that its user gave where the provider takes it', async (t) => {
  t.equal(getPoolName('eks', 'general-purpose'), 'general-purpose');
  t.equal(getPoolName('gke', 'general-purpose'), 'general-purpose');
  t.equal(getPoolName('aks', 'general'), 'general');
  t.match(getPoolName('aks', 'general-purpose'), /^gener[0-9a-z]{7}$/);
});

test('pool names fit each provider and never collide', async (t) => {
  const limits = {
    eks: /^[a-zA-Z0-9][\w-]{0,62}$/,
    aks: /^[a-z][a-z0-9]{0,11}$/,
    gke: /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/,
  };
  const pools = fc.uniqueArray(fc.oneof(fc.stringMatching(/^[a-z][a-z0-9-]{0,62}$/), fc.string({ minLength: 1 })));
  fc.assert(
    fc.property(providers, pools, (provider, names) => {
      const physical = [...getPoolNames(provider, names).values()];
      return physical.every((name) => limits[provider].test(name)) && new Set(physical).size === names.length;
    }),
  );
  t.throws(() => getPoolNames('eks', ['a', 'a']), /different names/);
});

test('names by UUID depend on the cluster and the role alone', async (t) => {
  const uuid = getUuid(identity.cluster, 'network');
  t.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  t.equal(uuid, getUuid(identity.cluster, 'network'));
  t.not(uuid, getUuid(identity.cluster, 'secrets'));
});
