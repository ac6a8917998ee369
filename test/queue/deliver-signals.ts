import { test } from 'tap';
import type { Signal } from '../../services/domain/consequences.ts';
import { createDelivery } from '../../services/queue/deliver-signals.ts';

const signals: Signal[] = [
  { operationId: 'op_1', attempt: 1 },
  { operationId: 'op_2', attempt: 3, delaySeconds: 5 },
];
const consequences = signals.map((signal) => ({ kind: 'signal' as const, signal }));

test('every signal goes to the queue at once', async (t) => {
  const taken: unknown[] = [];
  const deliver = createDelivery({ enqueue: async (given) => void taken.push(given) }, (error) => {
    throw error;
  });
  await deliver(consequences);
  t.same(taken, [signals]);
});

test('a queue that is away is reported, and nobody fails for it', async (t) => {
  const away = new Error('away');
  const reported: unknown[] = [];
  const deliver = createDelivery({ enqueue: () => Promise.reject(away) }, (error) => void reported.push(error));
  await deliver(consequences);
  t.same(reported, [away]);
});
