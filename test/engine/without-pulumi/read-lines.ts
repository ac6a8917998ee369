import { PassThrough } from 'node:stream';
import { test } from 'tap';
import { readLines } from '../../../services/engine/read-lines.ts';
import { waitFor } from '../../helpers/wait.ts';

test('finding 8: the line that a killed runner did not finish is dropped, and nothing throws', async (t) => {
  const pipe = new PassThrough();
  const values: unknown[] = [];
  const read = readLines(pipe, (value) => values.push(value));
  pipe.write('{"type":"planned","planned":3}\n');
  pipe.end(`{"type":"snapshot","deployment":{"resources":[${'{"urn":"x"},'.repeat(10_000)}`);
  await read;
  t.same(values, [{ type: 'planned', planned: 3 }]);
});

test('finding 8: what is no object is dropped, and a pipe that breaks ends', async (t) => {
  const pipe = new PassThrough();
  const values: unknown[] = [];
  const read = readLines(pipe, (value) => values.push(value));
  pipe.write('null\n12\n\n{"a":1}\n');
  await waitFor('the line to be read', () => values.length > 0);
  pipe.destroy(new Error('ECONNRESET'));
  await read;
  t.same(values, [{ a: 1 }]);
});
