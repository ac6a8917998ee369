import { test } from 'tap';
import { getName, getPoolName, NAME_RULES } from '../../../../stacks/clusters/gke/names.ts';
import fc from '../../../helpers/properties.ts';
import { identity } from '../../fixtures.ts';
import { namesAreValid, poolNamesFit } from '../../name-properties.ts';

const { cluster } = identity;

test('every kind of name is valid for every cluster id', async (t) => {
  fc.assert(namesAreValid(Object.keys(NAME_RULES) as (keyof typeof NAME_RULES)[], getName));
  t.pass();
});

test('pool names fit and never collide', async (t) => {
  fc.assert(poolNamesFit(/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/, getPoolName));
  t.pass();
});

test('names keep to the limits of the services', async (t) => {
  t.equal(getName('service-account', cluster, 'nodes'), 'fy-8q4t6r2y1z-nodes');
  t.throws(() => getName('service-account', cluster, 'n'.repeat(17)), /no valid service-account name/);
});

test('a pool keeps the name that its user gave where GKE takes it', async (t) => {
  t.equal(getPoolName('general-purpose'), 'general-purpose');
  t.match(getPoolName('p'.repeat(41)), /^p{31}--[0-9a-z]{7}$/);
});
