// `npm run audit`: what it prints, and how it ends.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { test } from 'tap';
import { addAuditEvents, blankAuditEvent } from '../../services/store/audit-events.ts';
import { linkAuditEvents } from '../../services/store/audit-links.ts';
import { openTestStore } from '../store/fixtures.ts';

const main = fileURLToPath(new URL('../../services/audit/main.ts', import.meta.url));

test('hardening 14: the command', async (t) => {
  const { store, url, adminUrl, projectId } = await openTestStore(t);
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [main, ...args], { env: { PATH: process.env['PATH'], DATABASE_URL: url } });
  const told = { ...blankAuditEvent, kind: 'change', projectId } as const;
  const names = ['one', 'two', 'three'];
  await store.asProject(projectId, (tx) =>
    addAuditEvents(
      tx,
      names.map((resourceName) => ({ ...told, resourceName })),
    ),
  );
  await store.asSystem((tx) => linkAuditEvents(tx));

  t.match((await run('--help')).stdout, /^Usage: npm run audit -- verify/);
  for (const args of [[], ['check'], ['verify', '--head', 'x'], ['verify', '--none']]) {
    await t.rejects(run(...args), { code: 2, stderr: /^Usage/ }, `refuses ${args.join(' ')}`);
  }
  await t.rejects(run('verify', '--project', 'none'), { code: 1, stderr: /no project "none"/ });

  const { stdout } = await run('verify');
  t.match(stdout, new RegExp(`^${projectId}: 3 events, head ${projectId}:3:[0-9a-f]{64}$`, 'm'));
  t.match(stdout, /^3 chains hold$/m);
  const head = /head (\S+:3:\S+)/.exec(stdout)?.[1] ?? '';
  await run('verify', '--project', 'first', '--head', head);
  const lines = (await run('export', '--project', 'first')).stdout.trim().split('\n');
  t.match(
    lines.map((line) => JSON.parse(line) as unknown),
    names.map((resourceName, index) => ({ chain: projectId, position: index + 1, resourceName })),
  );

  const sql = postgres(adminUrl, { max: 1, onnotice: () => undefined });
  await sql.unsafe(`set session_replication_role = replica; delete from audit_links where position = 3;
    delete from audit_events where resource_name = 'three'`);
  await run('verify');
  await t.rejects(run('verify', '--head', head), { code: 1, stdout: /BROKEN at 3: truncated/ }, 'a kept head tells');
  await sql.unsafe("update audit_events set status = 403 where resource_name = 'two'");
  const broken = await run('verify', '--json').catch((error: { code: number; stdout: string }) => error);
  t.match(broken, { code: 1 }, 'and so does an altered event');
  t.match(JSON.parse(broken.stdout), { holds: false });
  t.match(
    (JSON.parse(broken.stdout) as { chains: { chain: string; fault: unknown }[] }).chains.find(
      ({ chain }) => chain === projectId,
    )?.fault,
    { fault: 'altered', position: 2 },
  );
  await sql.end();
});
