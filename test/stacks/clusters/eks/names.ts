import { test } from 'tap';
import { getName, getPoolName, NAME_RULES } from '../../../../stacks/clusters/eks/names.ts';
import fc from '../../../helpers/properties.ts';
import { identity } from '../../fixtures.ts';
import { namesAreValid, poolNamesFit } from '../../name-properties.ts';

const { cluster } = identity;

test('every kind of name is valid for every cluster id', async (t) => {
  fc.assert(namesAreValid(Object.keys(NAME_RULES) as (keyof typeof NAME_RULES)[], getName));
  t.pass();
});

test('pool names fit and never collide', async (t) => {
  fc.assert(poolNamesFit(/^[a-zA-Z0-9][\w-]{0,62}$/, getPoolName));
  t.pass();
});

test('names keep to the limits of the services', async (t) => {
  t.equal(getName('kms-alias', cluster, 'secrets'), 'alias/fy-8q4t6r2y1z-secrets');
  t.equal(getName('eks-log-group', cluster), '/aws/eks/fy-8q4t6r2y1z/cluster');
  t.throws(() => getName('iam-role', cluster, 'r'.repeat(51)), /no valid iam-role name/);
  t.throws(() => getName('iam-role', 'payments'), /not a cluster id/);
});

test('a pool keeps the name that its user gave where EKS takes it', async (t) => {
  t.equal(getPoolName('general-purpose'), 'general-purpose');
  t.match(getPoolName('General'), /^general--[0-9a-z]{7}$/);
});
