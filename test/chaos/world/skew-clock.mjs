// Preloaded into an API process of a chaos run: its wall clock jumps by what a file says whenever SIGUSR2 arrives.
import { readFileSync } from 'node:fs';

const RealDate = Date;
const file = process.env.FLEETYARD_CHAOS_CLOCK ?? '';
let offset = 0;

function readOffset() {
  try {
    offset = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    offset = 0;
  }
}

const now = () => RealDate.now() + offset;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args) => (args.length === 0 ? new target(now()) : Reflect.construct(target, args)),
  apply: () => new RealDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});

readOffset();
process.on('SIGUSR2', readOffset);
