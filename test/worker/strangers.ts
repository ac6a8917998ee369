// Hubs of users' choice: their words go nowhere, and one that failed its check takes no members (hardening 2 and 4).
import { readFile } from 'node:fs/promises';
import { Writable } from 'node:stream';
import pino from 'pino';
import { test, type Test } from 'tap';
import { createCredential } from '../../services/store/credentials.ts';
import { listEvents } from '../../services/store/events.ts';
import { getFederation } from '../../services/store/federations.ts';
import { insertOperation } from '../../services/store/insert-operation.ts';
import { getOperation } from '../../services/store/operations.ts';
import { getOrCreateStack, saveOutputs } from '../../services/store/stacks.ts';
import { createOutgoingGuard } from '../../services/outgoing/outgoing-guard.ts';
import { createRedactor } from '../../services/vault/redact.ts';
import { runOperation } from '../helpers/run-operation.ts';
import { awaitMember } from '../../services/worker/steps/reach-clusters.ts';
import { silenceStrangers } from '../../services/worker/steps/stranger-words.ts';
import { createFakePulumi } from '../helpers/fake-pulumi.ts';
import { describeHub, loopbackGuard, startTestHub, type TestHub } from '../helpers/hub.ts';
import { testAuthority } from '../helpers/secure.ts';
import { createWorkerContext } from '../helpers/worker.ts';
import { addOperation, buildSpec, claim, leaseOf, openTestStore, createCluster } from '../store/fixtures.ts';
import { addFederation } from './fixtures.ts';

const canary = 'CANARY-of-a-stranger';

/** A federation behind a hub, a cluster that may join it, and a worker whose log is read. */
async function prepare(t: Test) {
  const [hub, member] = [await startTestHub(t), await startTestHub(t)];
  const fixture = await openTestStore(t);
  const lines: string[] = [];
  const log = new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) });
  const { context } = await createWorkerContext(t, fixture.store, {
    logger: pino({ level: 'trace' }, log),
    memberPatience: { everySeconds: 0.01, forSeconds: 0.05 },
  });
  const federation = await fixture.work((tx) => addFederation(tx, hub));
  const read = (id: string) => fixture.store.asSystem((tx) => getOperation(tx, id));
  /** All that anybody may see of an operation, and the log. */
  const tell = async (id: string): Promise<string> => {
    const told = await fixture.store.asSystem(async (tx) => [
      await getOperation(tx, id),
      await listEvents(tx, { operationId: id }),
      await getFederation(tx, federation.resourceId),
    ]);
    return JSON.stringify([told, lines]);
  };
  return {
    hub,
    member,
    fixture,
    context,
    federation,
    read,
    tell,
    run: (id: string) => runOperation(context, new Map(), id),
  };
}

test('hardening 4: what a hub answers is told to nobody, whatever it answers', async (t) => {
  const list = (version: unknown) => JSON.stringify({ items: [{ metadata: { name: canary } }], gitVersion: version });
  const answers: Record<string, NonNullable<TestHub['answerWith']>> = {
    'a failure with words': { status: 500, text: canary },
    'a refusal with words': { status: 403, headers: { 'www-authenticate': canary }, text: `{"message":"${canary}"}` },
    'a redirect': { status: 302, headers: { location: `http://169.254.169.254/${canary}` }, text: canary },
    'no JSON': { status: 200, text: `<html>${canary}</html>` },
    'another document': { status: 200, text: `{"items":"${canary}"}` },
    'a list of nonsense': { status: 200, text: `{"items":[null,"${canary}",{"status":{"conditions":"${canary}"}}]}` },
    'a version of its own': { status: 200, headers: { 'content-type': 'application/json' }, text: list(canary) },
    'another type': { status: 200, headers: { 'content-type': `text/${canary}` }, text: canary },
    'not found': { status: 404, text: canary },
  };
  for (const [what, answer] of Object.entries(answers)) {
    const { hub, federation, tell, run } = await prepare(t);
    hub.answerWith = answer;
    await run(federation.id);
    t.ok(hub.calls.length > 0, `${what}: the hub was asked`);
    t.notMatch(await tell(federation.id), canary, what);
  }
});

test('hardening 4: a hub gives reasons and versions of a known kind or none', async (t) => {
  const hub = await startTestHub(t);
  const status = { kubernetesVersion: canary, conditions: [{ type: 'Ready', status: 'False', reason: canary }] };
  const text = JSON.stringify({ metadata: { name: 'web' }, status });
  hub.answerWith = { status: 200, headers: { 'content-type': 'application/json' }, text };
  const patience = { everySeconds: 0.01, forSeconds: 0.02 };
  const asked = { guard: loopbackGuard, engine: 'karmada', hub: hub.access, member: 'web', taints: [], patience };
  await t.rejects(awaitMember({ ...asked, signal: new AbortController().signal }), {
    code: 'unavailable',
    message: /web is not ready after 0\.02 s: the hub gives a reason that is none of Karmada's$/,
  });
});

test('hardening 4: the guard stands before the check of a hub', async (t) => {
  const { hub, context, federation, read, run, fixture } = await prepare(t);
  await fixture.work(async (tx) => {
    const secret = { kubeconfig: hub.kubeconfig.replace(`127.0.0.1:${hub.port}`, '169.254.169.254') };
    const { id } = await createCredential(tx, {
      name: 'x',
      provider: 'kubernetes',
      simulated: false,
      attributes: {},
      secret,
    });
    await tx.sql`update operations set input = jsonb_set(input, '{hubCredentialId}', to_jsonb(${id}::text)) where id = ${federation.id}`;
  });
  t.ok(context.outgoing === loopbackGuard);
  await run(federation.id);
  t.match(await read(federation.id), {
    state: 'failed',
    error: { class: 'invalid', message: /169\.254\.169\.254.*FLEETYARD_PRIVATE_NETWORKS/ },
  });
  t.same(hub.calls, []);
});

/** A cluster that stands, and an operation that joins it to the federation. */
async function addMember(
  { fixture, member }: Awaited<ReturnType<typeof prepare>>,
  federationId: string,
): Promise<string> {
  const { work, store } = fixture;
  const { cluster, made, join } = await work(async (tx) => {
    const secret = { token: 'a-simulated-token' };
    const attributes = { accountId: '111122223333' };
    const credential = await createCredential(tx, {
      name: 'aws',
      provider: 'aws',
      simulated: true,
      attributes,
      secret,
    });
    const ties = { simulated: true, credentialId: credential.id } as const;
    const spec = buildSpec('web');
    const cluster = await createCluster(tx, {
      ...ties,
      name: 'web',
      provider: 'eks',
      fleetId: null,
      federationId,
      spec,
    });
    const made = await addOperation(tx, cluster);
    return { cluster, made, join: { ...ties, v: 1, resource: 'cluster', spec, federationId } as const };
  });
  const lease = leaseOf(await claim(store, made.id));
  const certificateAuthority = Buffer.from(testAuthority.certificate).toString('base64');
  const outputs = { endpoint: `https://127.0.0.1:${member.port}`, certificateAuthority, physicalName: 'fy-web' };
  await store.asSystem(async (tx) => {
    const wanted = { clusterId: cluster.id, layer: 'cluster', home: 'simulated', name: 'web-cluster' } as const;
    await saveOutputs(tx, lease, { stackId: (await getOrCreateStack(tx, wanted)).id, outputs });
    await tx.sql`update operations set state = 'succeeded', lease_owner = null, lease_until = null where id = ${made.id}`;
  });
  const steps = [{ kind: 'engine', action: 'up', layer: 'membership' }] as const;
  const { id } = await work((tx) =>
    insertOperation(tx, {
      resourceKind: 'cluster',
      resourceId: cluster.id,
      kind: 'update',
      generation: 1,
      input: join,
      steps: [...steps],
    }),
  );
  return id;
}

test('hardening 2: a federation that failed its check takes no member, and the answer names the call that leads out', async (t) => {
  const bench = await prepare(t);
  const { hub, federation, read, run, context } = bench;
  const fake = await createFakePulumi(t);
  context.engine.binary = fake.binary;
  context.engine.simulatorUrl = 'http://127.0.0.1:1';
  const join = await addMember(bench, federation.resourceId);
  await run(join);
  t.match(await read(join), { state: 'queued', error: { class: 'unreachable', message: /has not ended after/ } });
  hub.failWith = 403;
  await run(federation.id);
  t.match(await read(federation.id), { state: 'failed' });
  await run(join);
  t.match(await read(join), {
    state: 'failed',
    error: { class: 'invalid', message: new RegExp(`takes no members.*POST /v1/operations/${federation.id}/retry`) },
  });
  t.same(await fake.takeCalls(), [], 'no engine ran');
});

test('hardening 4: what the engine heard from a hub is told in words of ours', async (t) => {
  const bench = await prepare(t);
  const { federation, read, run, context, tell } = bench;
  const fake = await createFakePulumi(t);
  context.engine.binary = fake.binary;
  context.engine.simulatorUrl = 'http://127.0.0.1:1';
  await run(federation.id);
  const join = await addMember(bench, federation.resourceId);
  await fake.onCall('up', `echo "error: secrets is Forbidden: ${canary} InvalidCANARY" >&2; exit 255`);
  await run(join);
  t.match(await read(join), {
    state: 'failed',
    error: { class: 'credentials', message: 'The hub or the member refused the credential.' },
  });
  t.notMatch(await tell(join), canary);
  t.notMatch(await tell(join), 'InvalidCANARY');
  t.ok((await fake.takeCalls()).includes('up'), 'the engine ran');
});

test('hardening 4: the plugin gets the checked address, and no way by proxies', async (t) => {
  const bench = await prepare(t);
  const { hub, federation, fixture, run, context } = bench;
  const fake = await createFakePulumi(t);
  context.engine.binary = fake.binary;
  context.engine.simulatorUrl = 'http://127.0.0.1:1';
  context.engine.environment = { ...process.env, HTTP_PROXY: 'http://proxy.example', NO_PROXY: 'own.example' };
  const asked: string[] = [];
  const resolve = async (host: string): Promise<string[]> => (asked.push(host), ['127.0.0.1']);
  context.outgoing = createOutgoingGuard({ privateNetworks: ['127.0.0.0/8'], resolve });
  const secret = { kubeconfig: describeHub(`https://hub.example:${hub.port}`) };
  const hubCredential = { name: 'named', provider: 'kubernetes', simulated: false, attributes: {}, secret } as const;
  await fixture.work(async (tx) => {
    const { id } = await createCredential(tx, hubCredential);
    await tx.sql`update federations set hub_credential_id = ${id} where id = ${federation.resourceId}`;
  });
  await run(federation.id);
  const join = await addMember(bench, federation.resourceId);
  const seen = `${fake.binary}.seen`;
  await fake.onCall('up', `env > '${seen}'; cat '${context.engine.workDir}'/kubeconfigs/*/hub.yaml >> '${seen}'`);
  await run(join);
  const text = await readFile(seen, 'utf8');
  t.match(text, `server: https://127.0.0.1:${hub.port}\n`);
  t.match(text, 'tls-server-name: hub.example\n');
  t.match(text, 'HTTP_PROXY=http://127.0.0.1:1\n', 'what a redirect to plain http would meet');
  t.match(text, 'NO_PROXY=own.example,127.0.0.1\n');
  t.same(asked, ['hub.example', 'hub.example'], 'the look before the join and its step; nobody else resolves the name');
});

test('every text of a stranger becomes a sentence of ours', async (t) => {
  const { redactText } = silenceStrangers(createRedactor(), 'The hub or the member');
  for (const text of [canary, `dial tcp: connection refused ${canary}`, `Invalid${canary}`, '']) {
    t.notMatch(redactText(text), canary);
    t.match(redactText(text), /^(The hub|The step|A quota)/);
  }
});

test('a join that can not go well is refused before an engine runs, and says why', async (t) => {
  const bench = await prepare(t);
  const { member, federation, read, run, context } = bench;
  const fake = await createFakePulumi(t);
  context.engine.binary = fake.binary;
  context.engine.simulatorUrl = 'http://127.0.0.1:1';
  await run(federation.id);
  const join = await addMember(bench, federation.resourceId);
  member.asMember.accounts.push('karmada-of-somebody');
  await run(join);
  t.match(await read(join), {
    state: 'failed',
    error: { class: 'invalid', message: /has joined a Karmada already as "of-somebody"/ },
  });
  t.same(await fake.takeCalls(), [], 'no engine ran');
});
