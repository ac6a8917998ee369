// What of each request is told in the audit trail, and who may read it.
import { Writable } from 'node:stream';
import { pino } from 'pino';
import postgres from 'postgres';
import { test } from 'tap';
import { buildApp } from '../../services/api/app.ts';
import { auditRules } from '../../services/api/audit-rules.ts';
import { openAuditTrail } from '../../services/api/audit-trail.ts';
import { endpointNames, endpointTable } from '../../services/contract/schemas.ts';
import { blankAuditEvent } from '../../services/store/audit-events.ts';
import { settleAuditTallies } from '../../services/store/audit-tallies.ts';
import { createToken } from '../../services/store/tokens.ts';
import { createTokenText, hashToken } from '../../services/vault/tokens.ts';
import { waitFor } from '../helpers/wait.ts';
import { revokeToken } from '../store/fixtures.ts';
import { clusterRequest, fleetRequest, openTestApi, standUp, type TestApi } from './fixtures.ts';

type Row = {
  kind: string;
  projectId: string | null;
  endpoint: string;
  status: number;
  resourceName: string | null;
  [field: string]: unknown;
};

/** Every event in the order of its making, once there are as many. */
async function awaitEvents(api: TestApi, least: number): Promise<Row[]> {
  return waitFor(`${least} audit events`, async () => {
    const rows = await readEvents(api);
    return rows.length >= least ? rows : undefined;
  });
}

const readEvents = (api: TestApi): Promise<Row[]> =>
  api.store.asSystem(async ({ sql }) => [...(await sql<Row[]>`select * from audit_events order by id`)]);

async function asSuperuser(api: TestApi, statement: string): Promise<void> {
  const sql = postgres(api.adminUrl, { max: 1, onnotice: () => undefined });
  await sql.unsafe(statement).finally(() => sql.end());
}

test('hardening 14: a change is told in its own transaction', async (t) => {
  const api = await openTestApi(t);
  const headers = { 'user-agent': 'portal/1.0', 'idempotency-key': 'one' };
  const made = await api.send('POST', '/v1/clusters', { body: clusterRequest(), headers });
  const { cluster, operation } = made.body;
  t.equal(made.status, 202);
  const expected = {
    kind: 'change',
    projectId: api.projectId,
    tokenId: /^tk_/,
    tokenName: 'test-admin',
    tokenRole: 'admin',
    tokenProjectId: api.projectId,
    endpoint: 'createCluster',
    method: 'POST',
    resourceKind: 'cluster',
    resourceId: cluster.id,
    resourceName: 'web',
    address: '127.0.0.1',
    userAgent: 'portal/1.0',
    status: 202,
    problem: null,
    requestId: /^urn:uuid:/,
    operationId: operation.id,
    replayed: false,
  };
  // At once: it was there when the answer came.
  t.match(await readEvents(api), [expected]);
  await api.send('POST', '/v1/clusters', { body: clusterRequest(), headers });
  t.match((await readEvents(api))[1], { ...expected, replayed: true }, 'an answer that is given again is told as such');
  await api.send('DELETE', '/v1/credentials/demo-gcp');
  t.match((await readEvents(api))[2], { endpoint: 'deleteCredential', resourceId: /^cr_/, resourceName: 'demo-gcp' });
  await api.send('POST', '/v1/fleets', { token: api.tokens['other-admin'], body: fleetRequest() });
  t.match((await readEvents(api))[3], { projectId: api.otherProjectId, resourceKind: 'fleet', operationId: /^op_/ });
  const token = api.tokens['platform-admin'];
  await api.send('POST', '/v1/projects', { token, body: { name: 'third' } });
  t.match((await readEvents(api))[4], { projectId: null, resourceKind: 'project', resourceName: 'third' });
  const inProject = { token, headers: { 'fleetyard-project': 'first' } };
  await api.send('POST', '/v1/tokens', { ...inProject, body: { name: 'made', role: 'viewer' } });
  t.match(
    (await readEvents(api))[5],
    { projectId: api.projectId, tokenProjectId: null, tokenRole: 'platform-admin', resourceName: 'made' },
    'what a platform administrator does in a project is in its chain',
  );
});

test('hardening 14: no change without its event', async (t) => {
  const api = await openTestApi(t);
  const before = await api.countLeftovers();
  await asSuperuser(api, 'revoke insert on audit_events from fleetyard_app');
  const refused = await api.send('POST', '/v1/clusters', { body: clusterRequest() });
  t.equal(refused.status, 500, 'what cannot be told is not done');
  t.same(await api.countLeftovers(), before, 'and leaves nothing');
  await asSuperuser(api, 'grant insert on audit_events to fleetyard_app');
  const { handlers } = await import('../../services/api/handlers.ts');
  const app = buildApp({
    parts: api.parts,
    logger: pino({ level: 'silent' }),
    checkResponses: false,
    handlers: { ...handlers, deleteAddressSpace: async () => ({ status: 204 }) },
  });
  t.teardown(() => app.close());
  const headers = { authorization: `Bearer ${api.tokens.admin}` };
  const silent = await app.inject({ method: 'DELETE', url: '/v1/address-spaces/x', headers });
  t.equal(silent.statusCode, 500, 'a handler that passes the trail by is found out at once');
});

test('hardening 14: what a known caller is refused is told', async (t) => {
  const api = await openTestApi(t);
  await api.send('POST', '/v1/clusters', { body: clusterRequest() });
  const { viewer } = api.tokens;
  await api.send('POST', '/v1/clusters', { token: viewer, body: clusterRequest({ name: 'forbidden' }) });
  await api.send('POST', '/v1/clusters', { body: clusterRequest() });
  await api.send('POST', '/v1/clusters', { body: { name: 'wrong' } });
  await api.send('GET', '/v1/clusters/web', { token: api.tokens['other-admin'] });
  await api.send('GET', '/v1/clusters', { headers: { 'fleetyard-project': 'second' } });
  await api.send('DELETE', '/v1/clusters/web', { headers: { 'if-match': '"7"' } });
  await api.send('GET', '/v1/clusters?limit=none');
  const events = (await awaitEvents(api, 7)).slice(1);
  const byStatus = events.toSorted((a, b) => a.status - b.status || a.endpoint.localeCompare(b.endpoint));
  t.match(byStatus, [
    { endpoint: 'createCluster', status: 403, tokenRole: 'viewer', problem: 'urn:fleetyard:problem:forbidden' },
    { endpoint: 'getCluster', status: 404, projectId: api.otherProjectId, resourceName: 'web' },
    { endpoint: 'listClusters', status: 404, projectId: api.projectId },
    { endpoint: 'createCluster', status: 409, resourceName: 'web', problem: 'urn:fleetyard:problem:name-taken' },
    { endpoint: 'deleteCluster', status: 412, resourceName: 'web' },
    { endpoint: 'createCluster', status: 422, resourceName: 'wrong' },
  ]);
  t.ok(events.every(({ kind, operationId }) => kind === 'refusal' && operationId === null));
  t.equal(events.length, 6, 'a read with a wrong parameter says nothing about rights');
});

test('hardening 14: dead tokens are known by name, and strangers are counted', async (t) => {
  const api = await openTestApi(t);
  const [expired, revoked, unknown] = [createTokenText(), createTokenText(), createTokenText()];
  const make = (name: string, text: string, expiresAt: Date | null) =>
    api.work((tx) => createToken(tx, { name, role: 'viewer', hash: hashToken(text), expiresAt }));
  await make('expired', expired, new Date(Date.now() - 1000));
  await make('revoked', revoked, null);
  await api.work((tx) => revokeToken(tx, 'revoked'));
  for (const token of [expired, revoked, unknown, unknown, 'not even one']) {
    t.equal((await api.send('GET', '/v1/clusters', { token })).status, 401);
  }
  t.match(await awaitEvents(api, 2), [
    { kind: 'refusal', status: 401, tokenName: 'expired', projectId: api.projectId },
    { kind: 'refusal', status: 401, tokenName: 'revoked', projectId: api.projectId },
  ]);
  const sums = await waitFor('the strangers', async () => {
    const rows = await api.store.asSystem(({ sql }) => sql`select address, token_id, count from audit_tallies`);
    return rows.length > 0 && rows[0]?.['count'] === 3 ? rows : undefined;
  });
  t.match(
    [...sums],
    [{ address: '127.0.0.1', tokenId: '', count: 3 }],
    'by address and minute, whatever they came with',
  );
});

test('hardening 14: a flood fills neither the trail nor the memory', async (t) => {
  const api = await openTestApi(t);
  const log = pino({ level: 'silent' });
  const now = new Date(Date.now() - 10 * 60_000);
  const limits = { everyMs: 1, refusalsAMinute: 5, addressesAMinute: 3, clock: () => now };
  const trail = openAuditTrail({ store: api.store, log, ...limits });
  const [row] = await api.store.asSystem(({ sql }) => sql`select id from tokens where name = 'test-viewer'`);
  const refused = {
    ...blankAuditEvent,
    kind: 'refusal',
    projectId: api.projectId,
    tokenId: String(row?.['id']),
    address: '10.1.1.1',
  } as const;
  for (let index = 0; index < 100; index += 1) trail.note(refused);
  for (let index = 0; index < 100; index += 1) trail.countStranger(`10.0.0.${index}`);
  await trail.close();
  await api.store.asSystem((tx) => settleAuditTallies(tx));
  const events = await readEvents(api);
  t.equal(events.filter(({ kind }) => kind === 'refusal').length, 5, 'so many are told one by one');
  t.match(
    events.filter(({ kind }) => kind === 'surplus'),
    [{ tokenName: 'test-viewer', projectId: api.projectId, count: 95 }],
    'the others are summed up',
  );
  const strangers = events.filter(({ kind }) => kind === 'strangers').map(({ address, count }) => [address, count]);
  t.same(
    strangers,
    [
      ['10.0.0.0', 1],
      ['10.0.0.1', 1],
      ['10.0.0.2', 1],
      ['others', 97],
    ],
    'so are strangers',
  );
});

test('hardening 14: events outlive a database that is away, in bounds', async (t) => {
  const api = await openTestApi(t);
  let away = true;
  let tries = 0;
  const store: Pick<TestApi['store'], 'asSystem'> = {
    asSystem: async (work) => {
      tries += 1;
      if (away) throw new Error('the database is away');
      return api.store.asSystem(work);
    },
  };
  const log = pino({ level: 'silent' });
  const trail = openAuditTrail({ store, log, everyMs: 1, heldMs: 1, retryMs: 5, most: 20 });
  const refused = { ...blankAuditEvent, kind: 'refusal', projectId: api.projectId } as const;
  for (let index = 0; index < 30; index += 1) trail.note({ ...refused, status: 400 + index });
  trail.countStranger('10.0.0.1');
  await t.rejects(trail.store({ ...refused, kind: 'read' }), /away/, 'whoever waits hears of it');
  const before = tries;
  await waitFor('more attempts', () => (tries > before + 2 ? true : undefined));
  away = false;
  const events = await awaitEvents(api, 20);
  t.equal(events.length, 20, 'the newest are kept');
  t.same(new Set(events.map(({ kind }) => kind)), new Set(['refusal']), 'what was not handed out is not told');
  await trail.close();
});

test('hardening 14: a kubeconfig goes out only when that has been told', async (t) => {
  const api = await openTestApi(t);
  const { cluster } = (await api.send('POST', '/v1/clusters', { body: clusterRequest() })).body;
  await standUp(api, cluster.id);
  t.equal((await api.send('GET', '/v1/clusters/web/kubeconfig', { token: api.tokens.operator })).status, 200);
  t.match((await readEvents(api)).at(-1), {
    kind: 'read',
    endpoint: 'getClusterKubeconfig',
    resourceId: cluster.id,
    resourceName: 'web',
    tokenRole: 'operator',
  });
  await asSuperuser(api, 'revoke insert on audit_events from fleetyard_system');
  const refused = await api.send('GET', '/v1/clusters/web/kubeconfig');
  t.equal(refused.status, 500, 'else it stays here');
  t.notMatch(refused.text, /current-context/);
  await asSuperuser(api, 'grant insert on audit_events to fleetyard_system');
});

test('hardening 14: nothing secret is in the trail', async (t) => {
  const api = await openTestApi(t);
  const canary = 'CanaryWJalrXUtnFEMIK7MDENGbPxRfiCY';
  const secret = { accessKeyId: 'AKIACANARY0000000000', secretAccessKey: canary.padEnd(40, '0') };
  const bodies: unknown[] = [
    { name: 'aws', provider: 'aws', secret },
    { name: 'aws', provider: 'aws', secret: { ...secret, more: canary } },
    { name: canary, provider: 'aws', secret },
    { name: 'azure', provider: 'azure', secret: { tenantId: 'x', clientSecret: canary } },
    { name: 'gcp', provider: 'gcp', secret: { project: 'demo-project', serviceAccountKey: canary } },
    { name: 'hub', provider: 'kubernetes', secret: { kubeconfig: canary } },
  ];
  for (const body of bodies) await api.send('POST', '/v1/credentials', { body });
  const made = await api.send('POST', '/v1/tokens', { body: { name: 'made', role: 'viewer' } });
  await api.send('DELETE', `/v1/tokens/${made.body.secret.toLowerCase()}`);
  await api.send('GET', `/v1/clusters/${canary.toLowerCase()}_x`);
  await api.send('GET', '/v1/clusters', { token: canary });
  await api.send('GET', `/v1/clusters/none?token=${canary}`);
  const { cluster } = (await api.send('POST', '/v1/clusters', { body: clusterRequest() })).body;
  await standUp(api, cluster.id);
  api.parts.mintKubeconfig = async () => ({ kubeconfig: `token: ${canary}\n`, expiresAt: new Date() });
  await api.send('GET', '/v1/clusters/web/kubeconfig');
  await api.parts.trail.close();
  const events = await readEvents(api);
  t.ok(events.length >= 10, 'all of it was told');
  const text = JSON.stringify(events).toLowerCase();
  for (const found of [canary, secret.accessKeyId, made.body.secret]) {
    t.notOk(text.includes(String(found).toLowerCase()), 'without a word of it');
  }
});

test('hardening 14: the log names who called', async (t) => {
  const api = await openTestApi(t);
  const written: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk.toString());
      done();
    },
  });
  const app = buildApp({ parts: api.parts, logger: pino({ level: 'info' }, stream), checkResponses: true });
  t.teardown(() => app.close());
  const send = (token: string) =>
    app.inject({ method: 'POST', url: '/v1/clusters', headers: { authorization: `Bearer ${token}` } });
  const problem = (await send(api.tokens.viewer)).json() as { instance: string };
  await send('fy_wrong');
  const lines = written
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ msg }) => msg === 'answered');
  t.match(lines, [
    {
      endpoint: 'createCluster',
      status: 403,
      token: /^tk_/,
      role: 'viewer',
      project: api.projectId,
      requestId: problem.instance,
    },
    { endpoint: 'createCluster', status: 401, token: undefined },
  ]);
});

/** Asked by a POST, for it takes a document; it changes nothing. */
const asked: readonly string[] = ['previewPlacement'];

test('hardening 14: every endpoint that changes something is audited', (t) => {
  for (const name of endpointNames) {
    const { method, role } = endpointTable[name];
    const { audited } = auditRules[name];
    if (method !== 'GET' && !asked.includes(name)) t.equal(audited, 'change', `${name} changes something`);
    else t.not(audited, 'change', `${name} reads`);
    t.equal(audited === 'nothing', role === 'none', `${name} is left out only when it is open to all`);
  }
  t.end();
});
