// Preloaded into a worker of a test: its wall clock jumps to wherever the test's file says, by milliseconds.
import { readFileSync } from 'node:fs';

const RealDate = Date;
const file = process.env['TEST_CLOCK_FILE'] ?? '';

function readNow(): number {
  return RealDate.now() + Number(readFileSync(file, 'utf8'));
}

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [readNow()] : args, newTarget) as Date,
  get: (target, name) => (name === 'now' ? readNow : (Reflect.get(target, name) as unknown)),
});
