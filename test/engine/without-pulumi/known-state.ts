// What a worker makes of the file in which the CLI keeps a stack.
import { test } from 'tap';
import { findCalm, readKnownState, stateKeyOf } from '../../../services/engine/known-state.ts';

const resources = [{ urn: 'urn:one', type: 'pulumi:pulumi:Stack', custom: false }];

test("a stack's file is read, unless it is one that this program does not know", async (t) => {
  t.equal(stateKeyOf('cl_1-network'), '.pulumi/stacks/fleetyard/cl_1-network.json');
  const text = JSON.stringify({ version: 3, checkpoint: { stack: 'x', latest: { resources } } });
  t.same(readKnownState(text), { exists: true, deployment: { version: 3, deployment: { resources } } });
  t.same(readKnownState(JSON.stringify({ version: 3, checkpoint: { stack: 'x' } }))?.deployment.deployment, {});
  t.same(readKnownState(null), { exists: false, deployment: { version: 3, deployment: {} } });
  t.equal(readKnownState(undefined), undefined);
  t.equal(readKnownState(JSON.stringify({ version: 4, checkpoint: { latest: {} } })), undefined);
  t.equal(readKnownState(JSON.stringify({ version: 3 })), undefined);
});

test('a state in the middle of something is not taken as known', async (t) => {
  const pending = [{ resource: resources[0], type: 'creating' }];
  const read = (more: object) =>
    readKnownState(JSON.stringify({ version: 3, checkpoint: { latest: { resources, ...more } } }));
  t.ok(findCalm(read({})));
  t.ok(findCalm(read({ pending_operations: [] })));
  t.equal(findCalm(read({ pending_operations: pending })), undefined);
  t.equal(findCalm(undefined), undefined);
});
