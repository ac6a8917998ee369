// The audit trail in the database: only added to, a chain a project, and what is altered afterwards is found.
import postgres from 'postgres';
import { test, type Test } from 'tap';
import type { ChainHead } from '../../services/domain/audit-chain.ts';
import {
  addAuditEvents,
  blankAuditEvent,
  listAuditEvents,
  type NewAuditEvent,
} from '../../services/store/audit-events.ts';
import { cutAuditTrail, linkAuditEvents } from '../../services/store/audit-links.ts';
import { addAuditTallies, settleAuditTallies } from '../../services/store/audit-tallies.ts';
import { checkChain } from '../../services/store/check-audit-trail.ts';
import { openAuditReader } from '../../services/store/read-audit-trail.ts';
import { forgetOld } from '../../services/worker/sweeps/retention.ts';
import { runSweeps } from '../../services/worker/sweeps/run-sweeps.ts';
import { waitFor } from '../helpers/wait.ts';
import { createWorkerContext } from '../helpers/worker.ts';
import { openTestStore, type TestStore } from './fixtures.ts';

const dayMs = 86_400_000;

function event(projectId: string | null, changes: Partial<NewAuditEvent> = {}): NewAuditEvent {
  return { ...blankAuditEvent, kind: 'change', projectId, endpoint: 'createCluster', status: 202, ...changes };
}

/** Ten events of the first project, linked, with one of another beside them. */
async function openTrail(t: Test): Promise<TestStore & { tamper: (sql: string) => Promise<void> }> {
  const opened = await openTestStore(t);
  const { store, projectId, adminUrl } = opened;
  for (let index = 0; index < 10; index += 1) {
    await store.asProject(projectId, (tx) => addAuditEvents(tx, [event(projectId, { resourceName: `c${index}` })]));
  }
  await store.asSystem((tx) => addAuditEvents(tx, [event(null, { userAgent: 'a "quoted" \u00fc agent' })]));
  t.equal(await store.asSystem((tx) => linkAuditEvents(tx)), 11);
  const tamper = async (text: string): Promise<void> => {
    const sql = postgres(adminUrl, { max: 1, onnotice: () => undefined });
    // What somebody with the whole server in hand does first.
    await sql.unsafe(`set session_replication_role = replica; ${text}`).finally(() => sql.end());
  };
  return { ...opened, tamper };
}

async function check(url: string, chain: string, kept?: ChainHead[]) {
  const reader = await openAuditReader(url);
  return checkChain(reader, chain, kept).finally(() => reader.close());
}

test('hardening 14: the trail of a project is its own, and only added to', async (t) => {
  const { store, migration, projectId, otherProjectId, work } = await openTrail(t);
  t.equal((await work((tx) => listAuditEvents(tx, { limit: 50 }))).items.length, 10, 'a project sees its own events');
  const other = await store.asProject(otherProjectId, (tx) => listAuditEvents(tx, { limit: 50 }));
  t.same(other.items, [], 'and no other');
  const all = await store.asSystem((tx) => listAuditEvents(tx, { limit: 50 }));
  t.equal(all.items.length, 11, 'the system sees all');
  await t.rejects(
    work((tx) => addAuditEvents(tx, [event(otherProjectId)])),
    { code: '42501' },
    "adds nothing to another project's",
  );
  const attempts = [
    'update audit_events set status = 200',
    'delete from audit_events',
    'truncate audit_events',
    'update audit_links set position = position + 100',
    'delete from audit_links',
    'delete from audit_anchors',
    "insert into audit_anchors (chain, position, hash) values ('platform', 7, sha256('x'))",
  ];
  for (const statement of attempts) {
    for (const role of ['app', 'system']) {
      const run = (tx: Parameters<typeof listAuditEvents>[0]) => tx.sql.unsafe(statement);
      const done = role === 'app' ? store.asProject(projectId, run) : store.asSystem(run);
      await t.rejects(done, { code: '42501' }, `${role} may not: ${statement}`);
    }
  }
  const sql = postgres(migration.url, { max: 1, onnotice: () => undefined });
  await t.rejects(sql`update audit_events set status = 200`, /only added to/, 'nor may its owner alter an event');
  await t.rejects(sql`truncate audit_links`, /only added to/, 'or empty a table');
  await sql.end();
});

test('hardening 14: each project has a chain, and the first broken place of it is found', async (t) => {
  const damages = [
    ['an altered event', "update audit_events set token_id = 'tk_other' where resource_name = 'c4'", 'altered', 5],
    ['an altered time', "update audit_events set at = at + interval '1 ms' where resource_name = 'c4'", 'altered', 5],
    ['a removed event', "delete from audit_events where resource_name = 'c4'", 'removed', 5],
    ['a removed link', "delete from audit_links where position = 5 and chain <> 'platform'", 'gap', 5],
    [
      'a link that was taken out of the line',
      "delete from audit_links where position = 5 and chain <> 'platform'; update audit_links set position = position - 1 where position > 5",
      'altered',
      5,
    ],
    [
      'an event that was put among the others',
      `insert into audit_events (id, project_id, kind) select 'ae_forged', project_id, 'change' from audit_events where resource_name = 'c4';
       update audit_links set position = position + 100 where position > 4 and chain <> 'platform';
       insert into audit_links select chain, 5, 'ae_forged', hash from audit_links where position = 4;
       update audit_links set position = position - 99 where position > 100`,
      'altered',
      5,
    ],
    [
      'an event beside the chain',
      "insert into audit_events (id, project_id, kind) select 'ae_forged', project_id, 'change' from audit_events where resource_name = 'c4'",
      'unlinked',
      null,
    ],
    [
      'an event of another project',
      "update audit_events set project_id = null where resource_name = 'c4'",
      'altered',
      5,
    ],
  ] as const;
  for (const [name, statement, fault, position] of damages) {
    await t.test(name, async (t) => {
      const { url, projectId, tamper } = await openTrail(t);
      t.match(await check(url, projectId), { links: 10, fault: undefined, waiting: 0 }, 'is whole before');
      await tamper(statement);
      t.match(await check(url, projectId), { fault: { fault, position } }, 'and is named after');
      t.match(await check(url, 'platform'), { links: 1, fault: undefined }, 'other chains hold');
    });
  }
});

test('hardening 14: a chain that was shortened or made anew is found by a head that was kept', async (t) => {
  const { url, projectId, tamper } = await openTrail(t);
  const { head } = await check(url, projectId);
  t.match(await check(url, projectId, [head]), { fault: undefined }, 'it fits');
  await tamper(`delete from audit_links where position > 7 and chain <> 'platform';
    delete from audit_events e where not exists (select 1 from audit_links l where l.event_id = e.id)`);
  t.match(await check(url, projectId), { fault: undefined, links: 7 }, 'the chain alone does not show it');
  t.match(await check(url, projectId, [head]), { fault: { fault: 'truncated', position: 8 } }, 'the head does');
  const wrong = { position: 7, hash: head.hash };
  t.match(await check(url, projectId, [wrong]), { fault: { fault: 'replaced', position: 7 } }, 'and another past');
});

test('hardening 14: an event that was removed before it was linked is missed', async (t) => {
  const { store, url, projectId, tamper } = await openTrail(t);
  await store.asProject(projectId, (tx) => addAuditEvents(tx, [event(projectId, { resourceName: 'young' })]));
  t.match(await check(url, projectId), { waiting: 1, fault: undefined });
  await tamper("delete from audit_events where resource_name = 'young'");
  t.match(await check(url, 'platform'), { fault: { fault: 'removed', position: null, eventId: /^ae_/ } });
  t.equal(await store.asSystem((tx) => linkAuditEvents(tx)), 0, 'and holds up no other');
});

test('the linker works alone, in batches, and takes late events behind the others', async (t) => {
  const { store, url, projectId } = await openTestStore(t);
  let let_go = (): void => undefined;
  const held = new Promise<void>((resolve) => (let_go = resolve));
  let added = (): void => undefined;
  const inside = new Promise<void>((resolve) => (added = resolve));
  const late = store.asProject(projectId, async (tx) => {
    await addAuditEvents(tx, [event(projectId, { resourceName: 'late' })]);
    added();
    await held;
  });
  await inside;
  const many = Array.from({ length: 25 }, (_, index) => event(projectId, { resourceName: `n${index}` }));
  await store.asProject(projectId, (tx) => addAuditEvents(tx, many));
  const link = () => store.asSystem((tx) => linkAuditEvents(tx, 10));
  t.same([await link(), await link(), await link(), await link()], [10, 10, 5, 0], 'a batch at a time');
  let_go();
  await late;
  const counts = await Promise.all([link(), link(), link()]);
  t.equal(
    counts.reduce((sum, count) => sum + count),
    1,
    'of several at once one links',
  );
  t.match(await check(url, projectId), { links: 26, fault: undefined });
  const { items } = await store.asSystem((tx) => listAuditEvents(tx, { limit: 50, resource: 'late' }));
  t.match(items, [{ position: 26 }], 'what was committed last comes last');
});

test('what is past its time is cut off, and the rest still holds', async (t) => {
  const { store, url, projectId } = await openTestStore(t);
  const ages = [400, 300, 200, 100, 20, 10, 0];
  const aged = ages.map((days) => event(projectId, { at: new Date(Date.now() - days * dayMs) }));
  for (const one of aged) await store.asSystem((tx) => addAuditEvents(tx, [one]));
  await store.asSystem((tx) => linkAuditEvents(tx));
  const before = await check(url, projectId);
  const cut = (days: number) => store.asSystem((tx) => cutAuditTrail(tx, { days, limit: 2 }));
  t.same([await cut(150), await cut(150), await cut(150)], [2, 1, 0], 'in batches');
  t.match(
    await check(url, projectId),
    { start: 3, links: 4, head: { position: 7 }, fault: undefined },
    'an anchor stands',
  );
  t.match(await check(url, projectId, [before.head]), { fault: undefined }, 'earlier heads fit');
  t.equal(await cut(0), 1, 'nothing younger than 30 days goes, whoever asks');
  t.match(await check(url, projectId), { start: 4, links: 3, fault: undefined });
  const { items } = await store.asSystem((tx) => listAuditEvents(tx, { limit: 50 }));
  t.equal(items.length, 3);
});

test('strangers and what is too much are summed up by address, token and minute', async (t) => {
  const { store, projectId } = await openTestStore(t);
  const minute = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 5 * 60_000);
  const tally = { minute, address: '10.0.0.1', tokenId: null };
  const add = (count: number) => store.asSystem((tx) => addAuditTallies(tx, [{ ...tally, count }]));
  await Promise.all([add(2), add(3), add(5)]);
  const now = new Date(Math.floor(Date.now() / 60_000) * 60_000);
  await store.asSystem((tx) => addAuditTallies(tx, [{ ...tally, minute: now, count: 1 }]));
  t.equal(await store.asSystem((tx) => settleAuditTallies(tx)), 1, 'a minute that goes on is left alone');
  const { items } = await store.asSystem((tx) => listAuditEvents(tx, { limit: 10 }));
  t.match(items, [{ kind: 'strangers', address: '10.0.0.1', count: 10, at: minute, projectId: null }]);
  t.equal(items.length, 1);
  t.equal(await store.asSystem((tx) => settleAuditTallies(tx)), 0, 'once');
  t.ok(projectId);
});

test('hardening 14: a worker links what was told, and cuts it only when it is told how long to keep it', async (t) => {
  const { store, url, projectId } = await openTestStore(t);
  const old = event(projectId, { at: new Date(Date.now() - 100 * dayMs) });
  await store.asSystem((tx) => addAuditEvents(tx, [old, event(projectId)]));
  const ending = new AbortController();
  const { context } = await createWorkerContext(t, store);
  const sweeping = runSweeps(context, { everySeconds: 0.02, signal: ending.signal, more: [] });
  await waitFor('the links', async () => ((await check(url, projectId)).links === 2 ? true : undefined));
  ending.abort();
  await sweeping;
  await forgetOld(context);
  t.match(await check(url, projectId), { links: 2, fault: undefined }, 'for ever by default');
  await forgetOld({ ...context, retention: { ...context.retention, auditDays: 60 } });
  t.match(await check(url, projectId), { start: 1, links: 1, fault: undefined });
});
