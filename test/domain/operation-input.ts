import { test } from 'tap';
import { readOperationInput, type StoredInput } from '../../services/domain/operation-input.ts';

const federation = { engine: 'karmada', hubCredentialId: 'cr_x' } as const;
const stored = (input: unknown) => ({ id: 'op_1', resourceKind: 'federation' as const, input: input as StoredInput });

test('an input is read as it was written', async (t) => {
  const input = { v: 1, resource: 'federation', ...federation };
  t.same(readOperationInput(stored(input), 'federation'), input);
});

test('an input from before there were versions has the same shape', async (t) => {
  t.same(readOperationInput(stored(federation), 'federation'), { v: 1, resource: 'federation', ...federation });
});

test('an input that this program does not know is refused, and so is one about something else', async (t) => {
  const refused = (input: unknown, message: RegExp) =>
    t.throws(() => readOperationInput(stored(input), 'federation'), { code: 'internal', message });
  refused({ v: 2, resource: 'federation', ...federation }, /op_1" has version 2; this program knows 1/);
  refused({ v: 1, resource: 'fleet', spec: {} }, /about a fleet, not a federation/);
  t.throws(() => readOperationInput(stored(federation), 'cluster'), { message: /about a federation, not a cluster/ });
});
