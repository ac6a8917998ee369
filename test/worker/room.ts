import { test } from 'tap';
import { openRoom } from '../../services/worker/room.ts';

const simulated = { provider: 'eks', simulated: true };
const real = { provider: 'eks', simulated: false };
const hub = { provider: null, simulated: null };
const settings = { slots: 10, memoryMb: 1000, stepMb: { real: 400, simulated: 100 } };

test('steps are admitted by memory', async (t) => {
  const room = openRoom(settings);
  room.enter(real);
  const second = room.enter(real);
  t.notOk(room.admits(real), 'a third one does not fit');
  t.ok(room.admits(simulated), 'a smaller one does');
  t.ok(room.admits(hub));
  t.same(room.describe(), { slots: 10, running: 2, memoryMb: 1000, reservedMb: 800 });
  second.leave();
  second.leave();
  t.same(room.describe(), { slots: 10, running: 1, memoryMb: 1000, reservedMb: 400 }, 'left once');
});

test('what was measured takes the place of the estimate, with an allowance, for the same provider alone', async (t) => {
  const room = openRoom(settings);
  for (const measured of [150, 200]) room.enter(real).leave(measured);
  t.equal(reserve(room, real), 400, 'two are not enough to believe');
  room.enter(real).leave(180);
  t.equal(reserve(room, real), 240, 'the largest, and a fifth');
  t.equal(reserve(room, simulated), 100);
  t.equal(reserve(room, { provider: 'aks', simulated: false }), 400);
  for (let count = 0; count < 20; count += 1) room.enter(real).leave(100);
  t.equal(reserve(room, real), 120, 'what is long ago is forgotten');
  for (let count = 0; count < 5; count += 1) room.enter(simulated).leave();
  t.equal(reserve(room, simulated), 100, 'what was too short to be measured tells nothing');
});

test('slots are the end of it, and what is larger than the room runs alone', async (t) => {
  const room = openRoom({ ...settings, slots: 2, memoryMb: 300 });
  t.ok(room.admits(real), 'it would wait for ever');
  const large = room.enter(real);
  t.notOk(room.admits(hub), 'and alone');
  large.leave();
  room.enter(hub);
  t.notOk(room.admits(real));
  t.notOk(room.isFull());
  room.enter(hub);
  t.ok(room.isFull());
  t.notOk(room.admits(hub));
});

function reserve(room: ReturnType<typeof openRoom>, guest: Parameters<typeof room.enter>[0]): number {
  const place = room.enter(guest);
  const { reservedMb } = room.describe();
  place.leave();
  return reservedMb;
}
