// Large bodies are read in processes of their own within bounds (hardening 3): of time, of waiting, of memory. Each has an answer, and the next body is read.
import { pino } from 'pino';
import { test, type Test } from 'tap';
import { buildApp } from '../../services/api/app.ts';
import { createBodyReader } from '../../services/api/body/body-reader.ts';
import { bodyLimits } from '../../services/api/body/limits.ts';
import type { BodyTask } from '../../services/api/body/received-body.ts';
import { createValidators } from '../../services/contract/validator.ts';
import { waitFor } from '../helpers/wait.ts';
import { clusterRequest, openTestApi } from './fixtures.ts';
import { words } from './stubborn-process.ts';

const bounds = {
  inline: { json: 0, yaml: 0 },
  processes: 1,
  program: new URL('./stubborn-process.ts', import.meta.url),
};
const patienceMs = 60_000;
// Enough for a process to start beside everything else that a machine of tests does.
const impatienceMs = 10_000;

/** A document that is fine but for what its label makes of the process. */
const describe = (word: string) => JSON.stringify({ ...clusterRequest(), labels: { word } });
const task = (text: string): BodyTask => ({
  text,
  format: 'json',
  endpoint: 'createCluster',
  limits: bodyLimits,
  hashed: false,
});

function open(t: Test, options: { waiting?: number; deadlineMs?: number }) {
  const reader = createBodyReader({ ...bounds, ...options, validators: createValidators() });
  t.teardown(() => reader.close());
  const fail = async (word: string): Promise<unknown> =>
    reader.read(task(describe(word))).then(
      () => undefined,
      (error: unknown) => error,
    );
  return { reader, fail };
}

test('hardening 3: a body that takes too long', async (t) => {
  const { reader, fail } = open(t, { deadlineMs: impatienceMs });
  t.same((await reader.read(task(describe('a')))).value, JSON.parse(describe('a')), 'comes after one that was read');
  t.match(await fail(words.endless), { code: 'unavailable' }, 'ends at its deadline');
  t.same((await reader.read(task(describe('b')))).value, JSON.parse(describe('b')), 'and its process with it');
});

test('hardening 3: a full line of bodies', async (t) => {
  const { reader, fail } = open(t, { waiting: 2, deadlineMs: impatienceMs });
  const begun = performance.now();
  const served = [fail(words.endless), fail(words.endless), fail(words.endless)];
  t.match(await fail('a'), { code: 'unavailable', cause: { message: /2 bodies wait/ } }, 'takes no further one');
  t.ok(performance.now() - begun < impatienceMs, 'which is told at once');
  t.match(await Promise.all(served), Array(3).fill({ code: 'unavailable' }), 'those in it wait until their deadline');
  t.same((await reader.read(task(describe('b')))).value, JSON.parse(describe('b')), 'then there is room again');
});

test('hardening 3: a body behind one that takes too long', async (t) => {
  const deadlineMs = 2 * impatienceMs;
  const { reader, fail } = open(t, { waiting: 1, deadlineMs });
  const begun = performance.now();
  const endless = fail(words.endless);
  await waitFor('half the time of the first one', () => performance.now() - begun > deadlineMs / 2);
  const behind = await reader.read(task(describe('b')));
  t.match(await endless, { code: 'unavailable' }, 'has the process as soon as that one is sent away');
  t.same(behind.value, JSON.parse(describe('b')), 'and is read');
});

test('hardening 3: a body that takes too much memory', async (t) => {
  const { reader, fail } = open(t, { deadlineMs: patienceMs });
  const begun = performance.now();
  t.match(await fail(words.greedy), { code: 'payload-too-large' }, 'is too large');
  t.ok(performance.now() - begun < patienceMs, 'before its deadline');
  t.same((await reader.read(task(describe('b')))).value, JSON.parse(describe('b')), 'and the process goes on');
});

test('hardening 3: what the caller is told of a body that could not be read', async (t) => {
  const api = await openTestApi(t);
  const openApp = (deadlineMs: number) => {
    const bodies = { ...bounds, waiting: 1, deadlineMs };
    const app = buildApp({ parts: api.parts, logger: pino({ level: 'silent' }), checkResponses: true, bodies });
    t.teardown(() => app.close());
    return async (word: string) =>
      app.inject({
        method: 'POST',
        url: '/v1/clusters',
        headers: { authorization: `Bearer ${api.tokens.admin}`, 'content-type': 'application/json' },
        payload: describe(word),
      });
  };
  const greedy = await openApp(patienceMs)(words.greedy);
  const send = openApp(impatienceMs);
  t.match(
    { ...greedy.json() },
    { status: 413, type: 'urn:fleetyard:problem:payload-too-large' },
    'too much memory: 413',
  );
  const answers = await Promise.all([1, 2, 3].map(() => send(words.endless)));
  for (const answer of answers) {
    t.match(answer.json(), { status: 503, type: 'urn:fleetyard:problem:unavailable' }, 'no time or no room: 503');
    t.match(answer.headers['retry-after'], /^\d+$/, 'with the time to come again');
  }
  t.equal((await send('b')).statusCode, 202, 'and the next one is served');
  t.equal((await api.countLeftovers()).rows > 0, true, 'by the same process');
});

test('hardening 3: a process that runs out of memory in the moment of its deadline', async (t) => {
  // Somewhere between the two ends of the time that it takes; whichever comes first, the API goes on.
  for (const deadlineMs of [200, 400, 600, 800, 1_000, 1_200]) {
    const { fail } = open(t, { deadlineMs });
    t.match(await fail(words.greedy), { code: /unavailable|payload-too-large/ }, `${deadlineMs} ms`);
  }
  const { reader } = open(t, { deadlineMs: patienceMs });
  t.same((await reader.read(task(describe('b')))).value, JSON.parse(describe('b')));
});
