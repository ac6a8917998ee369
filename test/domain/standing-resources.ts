import { test } from 'tap';
import { listStanding } from '../../services/domain/standing-resources.ts';

const urn = (type: string, name: string) => `urn:pulumi:cl_1-network::fleetyard::${type}::${name}`;
const entry = (type: string, name: string, more: Record<string, unknown> = {}) => ({
  urn: urn(type, name),
  type,
  custom: true,
  ...more,
});

test('what stands is told by type, name and id, and by nothing else', async (t) => {
  const vpc = entry('aws:ec2/vpc:Vpc', 'vpc', {
    id: 'vpc-1',
    inputs: { cidrBlock: '10.0.0.0/20' },
    outputs: { password: 'very-secret' },
  });
  const deployment = {
    version: 3,
    deployment: {
      resources: [
        entry('pulumi:pulumi:Stack', 'stack', { custom: false }),
        entry('pulumi:providers:aws', 'aws', { id: 'x' }),
        entry('fleetyard:Network', 'group', { custom: false }),
        entry('aws:ec2/getAmi:Ami', 'read', { id: 'ami-1', external: true }),
        vpc,
      ],
      pending_operations: [
        { type: 'creating', resource: entry('aws:ec2/subnet:Subnet', 'subnet', { id: '' }) },
        { type: 'deleting', resource: vpc },
      ],
    },
  };
  const standing = listStanding(deployment);
  t.same(standing, [
    { type: 'aws:ec2/vpc:Vpc', name: 'vpc', id: 'vpc-1' },
    { type: 'aws:ec2/subnet:Subnet', name: 'subnet', id: null },
  ]);
  t.notMatch(JSON.stringify(standing), 'very-secret');
});

test('creations in doubt are listed once, and not those that the state knows by now', async (t) => {
  const known = entry('aws:ec2/vpc:Vpc', 'vpc', { id: 'vpc-1' });
  const pending = entry('aws:ec2/subnet:Subnet', 'subnet');
  const lost = entry('aws:ec2/eip:Eip', 'eip');
  const pendingOperations = [{ type: 'creating', resource: pending }];
  const deployment = { version: 3, deployment: { resources: [known], pending_operations: pendingOperations } };
  const listDoubted = (replacing: boolean) =>
    listStanding(
      deployment,
      [known, pending, lost].map((resource) => ({ resource, replacing })),
    ).map(({ name, id }) => `${name} ${id}`);
  t.same(listDoubted(false), ['vpc vpc-1', 'subnet null', 'eip null']);
  t.same(
    listDoubted(true),
    ['vpc vpc-1', 'subnet null', 'vpc null', 'eip null'],
    'a replacement stands beside the old',
  );
});

test('an empty deployment, or none, holds nothing', async (t) => {
  for (const deployment of [{ version: 3, deployment: {} }, { version: 3 }, {}, undefined, null])
    t.same(listStanding(deployment), []);
});
