import { test } from 'tap';
import type { Deployment, StateResource } from '../../../services/engine/deployment.ts';
import {
  adoptDoubtful,
  dropResources,
  listDoubtful,
  orderReplaced,
  listPendingCreates,
} from '../../../services/engine/pending-creates.ts';

const urn = (name: string, type = 'aws:ec2/vpc:Vpc') => `urn:pulumi:s::fleetyard::${type}::${name}`;

function resource(name: string, more: Partial<StateResource> = {}): StateResource {
  const type = 'aws:ec2/vpc:Vpc';
  return { urn: urn(name), type, custom: true, inputs: { name }, ...more };
}

function deploy(resources: StateResource[], pending: StateResource[] = []): Deployment {
  const operations = pending.map((one) => ({ resource: one, type: 'creating' }));
  return { version: 3, deployment: { resources, pending_operations: operations } };
}

test('finding 3: what an earlier recovery kept is in doubt although the import forgot it', async (t) => {
  const kept = listDoubtful(deploy([], [resource('vpc')]), []);
  t.same(kept, [{ resource: resource('vpc'), replacing: false }]);
  const imported = adoptDoubtful(deploy([], [resource('vpc')]), kept, new Map([[urn('vpc'), 'vpc-1']]));
  t.same(imported.deployment.pending_operations, undefined);
  t.same(listDoubtful(imported, []), [], 'the state alone shows nothing');
  t.same(listDoubtful(imported, kept), kept);
  t.same(listPendingCreates(imported, kept), [], 'it is in the state already: the refresh decides');
  t.same(adoptDoubtful(imported, kept, new Map()).deployment.resources, imported.deployment.resources, 'once more');
});

test('finding 3: a provider that was pending is of no cloud', async (t) => {
  const provider = { urn: urn('default', 'pulumi:providers:gcp'), type: 'pulumi:providers:gcp', custom: true };
  t.same(listDoubtful(deploy([], [provider]), []), []);
});

test('finding 4: a replacement in doubt is looked for and stands beside what it replaces', async (t) => {
  const old = resource('vpc', { id: 'vpc-1', inputs: { name: 'old' } });
  const subnet = resource('subnet', { id: 'subnet-1', dependencies: [urn('vpc')] });
  const deployment = deploy([old, subnet], [resource('vpc')]);
  const [doubt] = listDoubtful(deployment, []);
  t.match(doubt, { replacing: true });
  t.match(listPendingCreates(deployment, [doubt!]), [{ inputs: { name: 'vpc' }, replaced: { name: 'old' } }]);
  const adopted = adoptDoubtful(deployment, [doubt!], new Map([[urn('vpc'), 'vpc-2']]));
  t.match(adopted.deployment.resources, [
    { id: 'vpc-2', outputs: {} },
    { id: 'vpc-1', delete: true },
    { id: 'subnet-1' },
  ]);
});

test('a resource that was deleted to be made anew gives way to what was made', async (t) => {
  const gone = resource('vpc', { id: 'vpc-1', pendingReplacement: true });
  const deployment = deploy([gone], [resource('vpc')]);
  const doubtful = listDoubtful(deployment, []);
  t.match(doubtful, [{ replacing: false }]);
  t.match(listPendingCreates(deployment, doubtful), [{ urn: urn('vpc') }]);
  const adopted = adoptDoubtful(deployment, doubtful, new Map([[urn('vpc'), 'vpc-1']]));
  t.same(adopted.deployment.resources, [resource('vpc', { id: 'vpc-1', outputs: {} })]);
});

test('what was replaced stands before what still depends on it, and behind what it depends on itself', async (t) => {
  const [vpc, subnet] = [resource('vpc', { id: 'vpc-2' }), resource('subnet', { id: 's', dependencies: [urn('vpc')] })];
  const old = resource('vpc', { id: 'vpc-1', delete: true });
  const ordered = orderReplaced(deploy([vpc, subnet, old]));
  t.match(ordered?.deployment.resources, [{ id: 'vpc-2' }, { id: 'vpc-1' }, { id: 's' }]);
  t.equal(orderReplaced(ordered!), undefined, 'once is enough');
  const needy = { ...old, dependencies: [urn('subnet')] };
  t.equal(orderReplaced(deploy([vpc, subnet, needy])), undefined);
});

test('finding 19: what is given back takes along what stands on it', async (t) => {
  const resources = [
    resource('kept', { id: '1' }),
    resource('foreign', { id: '2' }),
    resource('child', { id: '3', parent: urn('foreign') }),
    resource('grandchild', { id: '4', propertyDependencies: { vpc: [urn('child')], none: null } }),
  ];
  t.match(dropResources(deploy(resources), new Set([urn('foreign')])).deployment.resources, [{ id: '1' }]);
});
