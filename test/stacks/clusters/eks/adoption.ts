import * as pulumi from '@pulumi/pulumi';
import { test } from 'tap';
import type { Adoption, PendingCreate } from '../../../../stacks/adoption.ts';
import { getImportId, planAdoption, planLookUp } from '../../../../stacks/clusters/eks/adoption.ts';
import { createLookUpProgram } from '../../../../stacks/clusters/eks/look-up.ts';

const context = { stack: 'sk_1', region: 'eu-central-1', account: {} };

function describe(type: string, inputs: Record<string, unknown>): PendingCreate {
  return { urn: `urn:pulumi:sk_1::fleetyard::${type}::thing`, type, inputs };
}

function plan(type: string, inputs: Record<string, unknown>): Adoption {
  return planAdoption(describe(type, inputs), context);
}

test('ids that follow from inputs are written as an import wants them', async (t) => {
  const cases: [string, Record<string, unknown>, string][] = [
    ['aws:eks/cluster:Cluster', { name: 'fy-a' }, 'fy-a'],
    ['aws:eks/nodeGroup:NodeGroup', { clusterName: 'fy-a', nodeGroupName: 'general' }, 'fy-a:general'],
    ['aws:ec2/route:Route', { routeTableId: 'rtb-1', destinationCidrBlock: '0.0.0.0/0' }, 'rtb-1_0.0.0.0/0'],
    [
      'aws:ec2/routeTableAssociation:RouteTableAssociation',
      { subnetId: 'subnet-1', routeTableId: 'rtb-1' },
      'subnet-1/rtb-1',
    ],
  ];
  for (const [type, inputs, id] of cases) t.strictSame(plan(type, inputs), { kind: 'id', id }, type);
});

test('what AWS alone numbers is looked up by the tag that its creation carried', async (t) => {
  const lookUp = (type: string, inputs: Record<string, unknown>) => planLookUp(describe(type, inputs), context);
  t.strictSame(plan('aws:ec2/vpc:Vpc', {}), { kind: 'look-up' });
  t.strictSame(lookUp('aws:ec2/vpc:Vpc', { tags: { 'fleetyard-resource': 'sk_1/vpc' } }), {
    kind: 'tag',
    region: 'eu-central-1',
    resourceType: 'ec2:vpc',
    tag: 'sk_1/vpc',
  });
  t.match(lookUp('aws:iam/openIdConnectProvider:OpenIdConnectProvider', {}), {
    region: 'us-east-1',
    tag: 'sk_1/thing',
  });
  t.match(
    lookUp('aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation', {
      vpcId: 'vpc-1',
      cidrBlock: '100.64.0.0/16',
    }),
    { kind: 'block', vpcId: 'vpc-1' },
  );
  t.throws(() => lookUp('aws:eks/cluster:Cluster', { name: 'fy-a' }), /not looked up/);
});

test('what can be made twice without harm is made again', async (t) => {
  t.strictSame(plan('aws:iam/rolePolicyAttachment:RolePolicyAttachment', {}), { kind: 'clear' });
});

test('an unknown type or an input that is not known stops the recovery', async (t) => {
  t.throws(() => plan('aws:s3/bucket:Bucket', {}), /no rule/);
  t.throws(() => plan('gcp:container/cluster:Cluster', { name: 'fy-a' }), /no rule/);
  t.throws(() => plan('aws:eks/cluster:Cluster', {}), /not known/);
  const block = describe('aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation', {});
  t.throws(() => createLookUpProgram([block], context), /not known/);
});

test('an ARN becomes an import id', async (t) => {
  t.equal(getImportId('ec2:elastic-ip', 'arn:aws:ec2:eu-central-1:1:elastic-ip/eipalloc-1'), 'eipalloc-1');
  t.equal(getImportId('kms:key', 'arn:aws:kms:eu-central-1:1:key/uuid'), 'uuid');
  t.equal(
    getImportId('eks:podidentityassociation', 'arn:aws:eks:eu-central-1:1:podidentityassociation/fy-a/a-1'),
    'fy-a,a-1',
  );
  t.equal(
    getImportId('iam:oidc-provider', 'arn:aws:iam::1:oidc-provider/x/id/Y'),
    'arn:aws:iam::1:oidc-provider/x/id/Y',
  );
});

test('the look-up program answers with ids by URN and makes nothing', async (t) => {
  const made: string[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name }) => {
        made.push(type);
        return { id: name, state: {} };
      },
      call: ({ token }) =>
        token.includes('getVpc')
          ? {
              cidrBlockAssociations: [
                { associationId: 'vpc-cidr-assoc-1', cidrBlock: '100.64.0.0/16', state: 'associated' },
              ],
            }
          : { resourceTagMappingLists: [{ resourceArn: 'arn:aws:ec2:eu-central-1:1:vpc/vpc-1' }] },
    },
    'fleetyard',
    'lookup',
    false,
  );
  const program = createLookUpProgram(
    [
      { urn: 'urn:vpc', type: 'aws:ec2/vpc:Vpc', inputs: { tags: { 'fleetyard-resource': 'sk_1/vpc' } } },
      {
        urn: 'urn:block',
        type: 'aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation',
        inputs: { vpcId: 'vpc-1', cidrBlock: '100.64.0.0/16' },
      },
    ],
    context,
  );
  let found: unknown;
  await pulumi.runtime.runInPulumiStack(async () => {
    const outputs = await program();
    pulumi.output(outputs).apply((ids) => {
      found = ids;
    });
    return outputs;
  });
  await pulumi.runtime.disconnect();
  t.strictSame(found, { 'urn:vpc': ['vpc-1'], 'urn:block': ['vpc-cidr-assoc-1'] });
  t.ok(
    made.every((type) => type.startsWith('pulumi:')),
    'providers alone',
  );
});
