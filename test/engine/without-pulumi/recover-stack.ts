import { test } from 'tap';
import { EngineEvents } from '../../../services/engine/engine-events.ts';
import { judgeFailure } from '../../../services/engine/judge-failure.ts';
import type { Deployment, StateResource } from '../../../services/engine/deployment.ts';
import { recoverStack } from '../../../services/engine/recover-stack.ts';
import { createFakeStack, type FakeStack } from './fake-stack.ts';

const labels = { 'fleetyard-cluster': 'cl_1' };
const project: StateResource = {
  urn: 'urn:pulumi:s::fleetyard::pulumi:pulumi:Stack::s',
  type: 'pulumi:pulumi:Stack',
  custom: false,
};

function create(type: string, name: string, inputs: Record<string, unknown> = {}): StateResource {
  return {
    urn: `urn:pulumi:s::fleetyard::${type}::${name}`,
    type,
    custom: true,
    inputs: { name: `fy-${name}`, ...inputs },
  };
}

const network = create('gcp:compute/network:Network', 'network');
const address = create('gcp:compute/address:Address', 'egress', { region: 'europe-west1', labels });
const networkId = 'projects/proj/global/networks/fy-network';
const addressId = 'projects/proj/regions/europe-west1/addresses/fy-egress';

function deploy(resources: StateResource[], pending: StateResource[] = []): Deployment {
  const operations = pending.map((resource) => ({ resource, type: 'creating' }));
  return { version: 3, deployment: { resources: [project, ...resources], pending_operations: operations } };
}

const recover = ({ open }: FakeStack, action: 'up' | 'destroy' = 'up') => {
  const { channel, open: opened } = open(action);
  return recoverStack(channel, opened);
};

const listIds = (fake: FakeStack) => (fake.state.deployment.resources ?? []).flatMap(({ id }) => id ?? []);

test('finding 3: a recovery that dies at any of its calls is gone on with by the next, and ends the same', async (t) => {
  // The network was made, the address was not.
  const prepare = () => createFakeStack(deploy([], [network, address]), new Map([[networkId, { name: 'fy-network' }]]));
  const whole = prepare();
  await recover(whole);
  t.same(whole.calls, ['cancel', 'keep', 'import', 'refresh', 'export']);
  t.same(listIds(whole), [networkId]);
  t.match(whole.events, [{ type: 'recovered', adopted: ['network'], cleared: ['egress'] }]);
  for (const [index, call] of whole.calls.entries()) {
    for (const moment of ['before', 'after'] as const) {
      const fake = prepare();
      let count = 0;
      fake.before = () => {
        if (count++ === index + (moment === 'before' ? 0 : 1)) throw new Error('killed');
      };
      await recover(fake).catch(() => undefined);
      fake.before = () => undefined;
      const { deployment } = await recover(fake);
      t.same(listIds(fake), [networkId], `killed ${moment} ${call}`);
      t.same((deployment.deployment.resources ?? []).length, 2);
      t.same(
        fake.kept.map(({ resource }) => resource.urn).sort(),
        [address.urn, network.urn].sort(),
        'both stay in doubt until the verdict',
      );
    }
  }
});

test('finding 3: a recovery refreshes every layer, also when nothing is in doubt', async (t) => {
  const fake = createFakeStack(deploy([{ ...network, id: networkId, outputs: {} }]));
  await recover(fake);
  t.same(fake.calls, ['cancel', 'refresh', 'export']);
  t.same(listIds(fake), [], 'a phantom falls out of the state');
});

test('finding 3: a provider that was pending does not stop the recovery', async (t) => {
  const provider = { ...create('pulumi:providers:gcp', 'default'), inputs: { version: '9' } };
  const fake = createFakeStack(deploy([], [provider, network]), new Map([[networkId, {}]]));
  await recover(fake);
  t.same(listIds(fake), [networkId]);
});

/** The events of an `up` in which one create failed. */
function failCreate(resource: StateResource, message: string, op = 'create'): EngineEvents {
  const events = new EngineEvents(() => undefined);
  const metadata = {
    op,
    urn: resource.urn,
    type: resource.type,
    provider: '',
    new: { ...resource, parent: project.urn },
  };
  events.handle({ preludeEvent: { config: {} } } as never);
  events.handle({ diagnosticEvent: { severity: 'error', message, urn: resource.urn } } as never);
  events.handle({ resOpFailedEvent: { metadata, status: 0, steps: 0 } } as never);
  events.handle({ summaryEvent: {} } as never);
  return events;
}

const lost = 'error reading from server: EOF';

test('finding 4: a lost answer and a look-up that fails leave the creation in doubt; the next runner finds it', async (t) => {
  const fake = createFakeStack(deploy([]), new Map([[networkId, {}]]));
  fake.before = (call) => {
    if (call !== 'keep') throw new Error('connection refused');
  };
  const { channel, open } = fake.open();
  const verdict = await judgeFailure(channel, {
    open,
    events: failCreate(network, lost),
    error: new Error('up failed'),
  });
  t.match(verdict, { outcome: 'failed', settled: false, failure: { class: 'unreachable' } });
  t.match(fake.kept, [{ resource: { urn: network.urn }, replacing: false }]);
  t.same(fake.calls.slice(0, 2), ['keep', 'export'], 'it is kept before the first look');
  fake.before = () => undefined;
  await recover(fake);
  t.same(listIds(fake), [networkId], 'adopted, so that nothing makes it again');
});

test('finding 4: a replacement whose answer was lost is found beside what it replaces', async (t) => {
  const renamed = { ...network, inputs: { name: 'fy-renamed' } };
  const renamedId = 'projects/proj/global/networks/fy-renamed';
  const cloud = new Map([networkId, renamedId].map((id) => [id, {}]));
  const fake = createFakeStack(deploy([{ ...network, id: networkId }]), cloud);
  const { channel, open } = fake.open();
  const events = failCreate(renamed, lost, 'create-replacement');
  const verdict = await judgeFailure(channel, { open, events, error: new Error('up failed') });
  t.match(verdict, { outcome: 'failed', settled: true });
  t.match(fake.state.deployment.resources, [{}, { id: renamedId }, { id: networkId, delete: true }]);
});

test('finding 4: a replacement of the same name is not taken for a new resource', async (t) => {
  const fake = createFakeStack(deploy([{ ...network, id: 'fy-network' }]), new Map([['fy-network', {}]]));
  const { channel, open } = fake.open();
  const events = failCreate(network, lost, 'create-replacement');
  await judgeFailure(channel, { open, events, error: new Error('up failed') });
  t.same(listIds(fake), ['fy-network']);
});

test('a create that the cloud plainly refused is not in doubt', async (t) => {
  const fake = createFakeStack(deploy([]));
  const { channel, open } = fake.open();
  const events = failCreate(network, 'QUOTA_EXCEEDED: no more networks');
  const verdict = await judgeFailure(channel, { open, events, error: new Error('up failed') });
  t.match(verdict, { outcome: 'failed', settled: true, failure: { class: 'quota' } });
  t.same(fake.calls, []);
});

test('finding 2b: an engine that began and never said that it ended died, and so did one that a signal ended', async (t) => {
  const fake = createFakeStack(deploy([]));
  const { channel, open } = fake.open();
  const begun = new EngineEvents(() => undefined);
  begun.handle({ preludeEvent: { config: {} } } as never);
  t.match(await judgeFailure(channel, { open, events: begun, error: new Error('exit 2') }), { outcome: 'died' });
  const killed = Object.assign(new Error('up failed'), { commandResult: { err: { signal: 'SIGKILL' } } });
  const silent = new EngineEvents(() => undefined);
  t.match(await judgeFailure(channel, { open, events: silent, error: killed }), {
    outcome: 'died',
    detail: /SIGKILL/,
  });
  t.match(
    await judgeFailure(channel, { open, events: silent, error: new Error('the stack is currently locked by x') }),
    { outcome: 'failed', settled: false, failure: { class: 'conflict' } },
    'a lock of nobody is cleared by the next',
  );
});

const foreign = { labels: { team: 'other' }, effectiveLabels: { team: 'other' } };

test('finding 19: what bears our name and not our label is given back and named', async (t) => {
  const fake = createFakeStack(
    deploy([], [address, network]),
    new Map<string, Record<string, unknown>>([
      [addressId, foreign],
      [networkId, {}],
    ]),
  );
  await t.rejects(recover(fake), {
    message: /left alone: gcp:compute\/address:Address egress/,
    failure: { class: 'conflict' },
  });
  t.same(listIds(fake), [networkId], 'what is ours stays adopted');
});

test('finding 19: a destroy goes on without what is not ours', async (t) => {
  const fake = createFakeStack(deploy([], [address]), new Map([[addressId, foreign]]));
  const { deployment } = await recover(fake, 'destroy');
  t.same(deployment.deployment.resources, [project]);
  t.same(listIds(fake), []);
});

test('finding 19: a recovery that died before it could tell looks at the owner in the next', async (t) => {
  const fake = createFakeStack(deploy([], [address]), new Map([[addressId, foreign]]));
  let imports = 0;
  fake.before = (call) => {
    if (call === 'import' && ++imports === 2) throw new Error('killed');
  };
  await t.rejects(recover(fake), /killed/);
  t.same(listIds(fake), [addressId]);
  await t.rejects(recover(fake), /left alone/);
  t.same(listIds(fake), []);
});

test('finding 19: a label that a cloud shows late is ours when it comes', async (t) => {
  const fake = createFakeStack(deploy([], [address]), new Map([[addressId, {}]]));
  let refreshes = 0;
  fake.before = (call) => {
    if (call === 'refresh' && ++refreshes === 2) fake.cloud.set(addressId, { effectiveLabels: labels });
  };
  await recover(fake);
  t.same(listIds(fake), [addressId]);
});

test('finding 19: an "already exists" of somebody else becomes a conflict that names it', async (t) => {
  const fake = createFakeStack(deploy([]), new Map([[addressId, foreign]]));
  const { channel, open } = fake.open();
  const events = failCreate(address, 'googleapi: Error 409: alreadyExists');
  const verdict = await judgeFailure(channel, { open, events, error: new Error('up failed') });
  t.match(verdict, { outcome: 'failed', settled: true, failure: { code: 'ForeignResource', message: /egress/ } });
  t.same(listIds(fake), []);
});
