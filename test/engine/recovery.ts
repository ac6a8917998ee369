// What a dead runner, engine or recovery leaves behind, under the real engine on a simulated cloud.
import { test, type Test } from 'tap';
import { readMonotonicClock } from '../../services/engine/monotonic-clock.ts';
import { createEngineBench, type EngineBench } from '../helpers/engine-steps.ts';
import { listDuplicates } from '../helpers/service.ts';
import { waitFor } from '../helpers/wait.ts';

const vpc = 'aws:ec2/vpc:Vpc';
const patience = { timeoutMs: 120_000 };

const countVpcs = async ({ simulator, account }: EngineBench): Promise<number> =>
  (await simulator.listResources(account, vpc)).length;

/** Starts an `up` and returns while the cloud is making its VPC. */
async function startHeld(bench: EngineBench, change: Parameters<EngineBench['run']>[1] = {}) {
  const { simulator, account } = bench;
  const gate = await simulator.setFault(account, { kind: 'slow-create', type: vpc, count: 1, until: 'released' });
  const verdict = bench.run('up', change);
  await waitFor('the VPC to be under way', async () => (await simulator.listFaults(account))[0]?.count === 0, patience);
  return { verdict, release: () => simulator.release(account, gate.id) };
}

/** One more `up` makes everything that is missing and nothing twice, and a destroy leaves nothing. */
async function checkGoesOn(t: Test, bench: EngineBench): Promise<void> {
  const { simulator, account } = bench;
  t.match(await bench.run('up'), { outcome: 'succeeded' });
  t.equal(await countVpcs(bench), 1);
  t.match(await bench.run('destroy'), { outcome: 'succeeded' });
  t.same(await simulator.listResources(account), [], 'nothing is orphaned');
  t.same(await bench.findProcesses(), []);
}

test('findings 2b and 3: an engine is killed, then its recovery between import and refresh; the next goes on', async (t) => {
  const bench = await createEngineBench(t);
  const { verdict, release } = await startHeld(bench);
  for (const pid of await bench.findEngines()) process.kill(pid, 'SIGKILL');
  t.match(await verdict, { outcome: 'died', detail: /SIGKILL/ }, 'it did not fail, it died');
  t.equal(bench.health.unsettled, true);
  await release();

  await bench.onCall('refresh', 'kill -9 $PPID; exit 1');
  t.match(await bench.run('up'), { outcome: 'died' });
  t.match(bench.health.doubtful, [{ resource: { type: vpc } }], 'what the import forgot is kept with the stack');
  await bench.onCall('refresh', undefined);
  await checkGoesOn(t, bench);
  t.same(await listDuplicates(bench.simulator, bench.account), []);
  t.match(
    bench.events.find((event) => event.type === 'recovered'),
    { adopted: ['vpc'], cleared: [] },
  );
});

test('finding 4: an answer is lost and the look-up fails as well; the retry finds it and makes no second one', async (t) => {
  const bench = await createEngineBench(t);
  await bench.simulator.setFault(bench.account, { kind: 'timeout-after-create', type: vpc, count: 1 });
  await bench.onCall('preview', 'echo "error: connection refused" >&2; exit 255');
  t.match(await bench.run('up'), { outcome: 'failed', settled: false });
  t.match(bench.health.doubtful, [{ resource: { type: vpc }, replacing: false }]);
  t.match(
    await bench.run('up'),
    { outcome: 'failed', settled: false, failure: { class: 'unreachable' } },
    'no look, no act',
  );
  t.equal(await countVpcs(bench), 1);
  await bench.onCall('preview', undefined);
  await checkGoesOn(t, bench);
  t.same(await listDuplicates(bench.simulator, bench.account), []);
});

test('finding 4: the answer of a replacement is lost; the new one is adopted and the old one goes', async (t) => {
  const bench = await createEngineBench(t);
  const { simulator, account } = bench;
  const type = 'aws:ec2/eip:Eip';
  const list = async () => (await simulator.listResources(account, type)).map(({ urn, id }) => ({ urn, id }));
  t.match(await bench.run('up'), { outcome: 'succeeded' });
  const before = await list();
  const replaced = before[0]!;
  await simulator.setFault(account, { kind: 'timeout-after-create', type, count: 1 });
  await bench.onCall('up', `set -- "$@" --replace '${replaced.urn}'`);
  t.match(await bench.run('up'), { outcome: 'failed', settled: true });
  const after = await list();
  const made = after.find(({ id }) => !before.some((one) => one.id === id));
  t.equal(made?.urn, replaced.urn, 'the old one and the one that nobody saw stand side by side');
  await bench.onCall('up', undefined);
  const retried = await bench.run('up');
  t.match(retried, { outcome: 'succeeded' }, JSON.stringify(retried));
  const ids = (await list()).map(({ id }) => id).sort();
  const wanted = after.map(({ id }) => id).filter((id) => id !== replaced.id);
  t.same(ids, wanted.sort(), 'the old one went, and no third one was made');
  await checkGoesOn(t, bench);
});

test('finding 6: a runner whose worker is silent for a lease ends itself and its engine', async (t) => {
  const bench = await createEngineBench(t);
  let silent = false;
  // A deadline that does not move ahead is what a worker tells whose lease is not extended any more.
  const getDeadline = (): number => (silent ? 0 : readMonotonicClock() + 5000);
  const { verdict, release } = await startHeld(bench, { getDeadline, aliveMilliseconds: 500 });
  t.ok((await bench.findEngines()).length > 0, 'an engine is at work');
  silent = true;
  t.match(await verdict, { outcome: 'died', detail: /code 70|SIGKILL/ });
  t.same(await bench.findProcesses(), [], 'nothing of the step is left');
  await release();
  await checkGoesOn(t, bench);
  t.same(await listDuplicates(bench.simulator, bench.account), []);
});

test('a refusal of the cloud is an orderly end', async (t) => {
  const bench = await createEngineBench(t);
  const fault = await bench.simulator.setFault(bench.account, { kind: 'throttle', type: vpc });
  t.match(await bench.run('up'), { outcome: 'failed', settled: true, failure: { class: 'throttled' } });
  t.same(bench.health, { unsettled: false, doubtful: [] });
  await bench.simulator.release(bench.account, fault.id);
});
