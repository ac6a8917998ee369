import { test } from 'tap';
import { judgeStanding, type TellingOperation } from '../../services/domain/standing.ts';

const judge = (observedGeneration: number, newest: Partial<TellingOperation> = {}) =>
  judgeStanding(
    { generation: 2, observedGeneration },
    { kind: 'update', state: 'succeeded', generation: 2, cancelRequestedAt: null, ...newest },
  );

test('a resource is as desired only when its generation was observed and nothing newer went wrong (finding 9)', async (t) => {
  t.equal(judge(2), 'as-desired');
  t.equal(judge(1), 'astray', 'what succeeded was for an older generation');
  for (const state of ['failed', 'cancelled', 'needs_attention'] as const)
    t.equal(judge(2, { state }), 'astray', `the last thing ${state}`);
  t.equal(judge(2, { kind: 'delete', state: 'failed' }), 'astray', 'it was half removed');
  t.equal(judgeStanding({ generation: 1, observedGeneration: 0 }, undefined), 'astray');
  t.equal(judgeStanding({ generation: 1, observedGeneration: 1 }, undefined), 'as-desired');
});

test('what is under way counts while it is for this generation and nobody stops it', async (t) => {
  for (const state of ['queued', 'running', 'waiting', 'interrupted'] as const) {
    t.equal(judge(1, { state }), 'under-way', state);
    t.equal(judge(1, { state, generation: 1 }), 'astray', `${state} for an older generation`);
    t.equal(judge(1, { state, cancelRequestedAt: new Date() }), 'astray', `${state}, and asked to stop`);
  }
  t.equal(judge(1, { state: 'cancelling' }), 'astray');
});

test('a removal is told from one that is being cancelled (finding 17)', async (t) => {
  t.equal(judge(2, { kind: 'delete', state: 'running' }), 'leaving');
  t.equal(judge(2, { kind: 'delete', state: 'cancelling' }), 'staying');
  t.equal(judge(2, { kind: 'delete', state: 'interrupted', cancelRequestedAt: new Date() }), 'staying');
});
