import { test } from 'tap';
import { armDeadMansSwitch } from '../../../services/engine/dead-mans-switch.ts';
import { readMonotonicClock } from '../../../services/engine/monotonic-clock.ts';
import { waitFor } from '../../helpers/wait.ts';

test('finding 6: a runner that hears nothing for a lease ends', async (t) => {
  let ended = 0;
  const begin = readMonotonicClock();
  armDeadMansSwitch(begin + 100, () => (ended = readMonotonicClock()));
  await waitFor('the end', () => ended > 0);
  t.ok(ended - begin >= 100, 'not before');
});

test('finding 6: one that hears from its worker does not, and a deadline never moves back', async (t) => {
  let ended = 0;
  const begin = readMonotonicClock();
  const lifeline = armDeadMansSwitch(begin + 50, () => (ended = readMonotonicClock()));
  lifeline.extend(begin + 400);
  lifeline.extend(begin + 10);
  await waitFor('the end', () => ended > 0);
  t.ok(ended - begin >= 400);
});

test('a runner that was busy reads what came meanwhile before it believes in silence', async (t) => {
  let ended = false;
  const lifeline = armDeadMansSwitch(readMonotonicClock() + 20, () => (ended = true));
  const until = readMonotonicClock() + 100;
  while (readMonotonicClock() < until);
  // Comes behind the switch's own timer, as lines do that wait in a pipe.
  await new Promise((resolve) => setTimeout(resolve, 0));
  lifeline.extend(readMonotonicClock() + 60_000);
  const later = readMonotonicClock() + 200;
  await waitFor('some time to pass', () => readMonotonicClock() > later);
  t.equal(ended, false);
  lifeline.disarm();
});

test('a switch that is disarmed, or far away, stays silent', async (t) => {
  let ended = false;
  const soon = armDeadMansSwitch(readMonotonicClock() + 20, () => (ended = true));
  soon.disarm();
  const far = armDeadMansSwitch(Number.MAX_SAFE_INTEGER, () => (ended = true));
  const later = readMonotonicClock() + 200;
  await waitFor('some time to pass', () => readMonotonicClock() > later);
  t.equal(ended, false);
  far.disarm();
});
