import { test } from 'tap';
import { getName, getPoolName, getUuid, NAME_RULES } from '../../../../stacks/clusters/aks/names.ts';
import fc from '../../../helpers/properties.ts';
import { identity } from '../../fixtures.ts';
import { namesAreValid, poolNamesFit } from '../../name-properties.ts';

const { cluster } = identity;

test('every kind of name is valid for every cluster id', async (t) => {
  fc.assert(namesAreValid(Object.keys(NAME_RULES) as (keyof typeof NAME_RULES)[], getName));
  t.pass();
});

test('pool names fit and never collide', async (t) => {
  fc.assert(poolNamesFit(/^[a-z][a-z0-9]{0,11}$/, getPoolName));
  t.pass();
});

test('names keep to the limits of the services that are strictest', async (t) => {
  t.equal(getName('key-vault', cluster), 'fy-8q4t6r2y1z');
  t.throws(() => getName('key-vault', cluster, 'a-role-that-is-too-long'), /no valid key-vault name/);
  t.throws(() => getName('key-vault', cluster, 'a--b'), /no valid key-vault name/);
});

test('a pool keeps the name that its user gave where AKS takes it', async (t) => {
  t.equal(getPoolName('general'), 'general');
  t.match(getPoolName('general-purpose'), /^gener[0-9a-z]{7}$/);
});

test('names by UUID depend on the cluster and the role alone', async (t) => {
  const uuid = getUuid(cluster, 'network');
  t.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  t.equal(uuid, getUuid(cluster, 'network'));
  t.not(uuid, getUuid(cluster, 'secrets'));
});
