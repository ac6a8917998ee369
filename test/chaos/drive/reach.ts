// Brings every cluster and fleet to what was asked for last, by PUT, retry and DELETE alone; what stays behind is stuck.
import { setTimeout as delay } from 'node:timers/promises';
import type { Schemas } from '../../../services/contract/schemas.ts';
import { isAtRest } from '../../../services/quickstart/follow-fleet.ts';
import type { Request, Subject } from '../schedule.ts';
import type { Caller } from './ask.ts';

/** What was asked for last of a name; without a document it should not be. */
export type Desired = { kind: Subject['kind']; name: string; document: Subject['document'] | null };

/** Something that no call brought where it should be, and why. */
export type Stuck = { kind: Subject['kind']; name: string; wanted: 'ready' | 'gone'; why: string };

/** How it is tried. */
export type Reaching = {
  caller: Caller;
  /** Calls for each at most. */
  rounds: number;
  deadline: number;
  say(line: string): void;
  /** Told of every operation that was accepted on the way. */
  accept(operations: { id: string }[]): void;
  signal: AbortSignal;
};

// Long beside what anything takes: what is only slow, on a machine that has much else to do, is not stuck.
const restMs = 600_000;
const pauseMs = 300;

/** Tries all of them side by side. */
export async function reachDesired(reaching: Reaching, desired: readonly Desired[]): Promise<Stuck[]> {
  const ends = await Promise.all(desired.map((each) => reachOne(reaching, each)));
  return ends.filter((end) => end !== undefined);
}

async function reachOne(reaching: Reaching, desired: Desired): Promise<Stuck | undefined> {
  const { kind, name, document } = desired;
  let why = 'no round was left';
  for (let round = 1; round <= reaching.rounds && Date.now() < reaching.deadline; round += 1) {
    const state = await awaitRest(reaching, desired);
    if (state.is === 'moving') {
      why = state.detail;
      break;
    }
    if (document === null ? state.is === 'gone' : state.is === 'ready' && (await isUnchanged(reaching, desired)))
      return undefined;
    why = await push(reaching, desired);
    reaching.say(`round ${round}: ${kind} ${name} is ${state.detail}: ${why}`);
  }
  const last = await awaitRest(reaching, desired);
  if (last.is === (document === null ? 'gone' : 'ready')) return undefined;
  return { kind, name, wanted: document === null ? 'gone' : 'ready', why: `${last.detail}: ${why}` };
}

type State = { is: 'gone' | 'ready' | 'resting' | 'moving'; detail: string };

/** Waits until nothing happens any more by itself, and says what there is. */
async function awaitRest({ caller, deadline, signal }: Reaching, { kind, name }: Desired): Promise<State> {
  const end = Math.min(deadline, Date.now() + restMs);
  for (;;) {
    const newest = await caller.findNewest(kind, name);
    const state = await readState(caller, kind, name);
    if (state === undefined) return { is: 'gone', detail: 'gone' };
    const { phase, unready } = state;
    if (newest === undefined || (isAtRest(newest) && state.rest)) {
      const detail = `${phase}${newest?.error ? ` (${await explain(caller, newest)})` : ''}${unready}`;
      return { is: phase === 'ready' && unready === '' ? 'ready' : 'resting', detail: detail.slice(0, 600) };
    }
    if (Date.now() > end)
      return { is: 'moving', detail: `${newest.kind} ${newest.id} is ${newest.state} and does not end` };
    await delay(pauseMs, undefined, { signal });
  }
}

/** What went wrong, in the words of whoever failed first. */
async function explain(caller: Caller, { id, kind, error }: Schemas['Operation']): Promise<string> {
  const query = { parent: id, limit: 50 };
  const children = (await caller.read((client) => client.GET('/v1/operations', { params: { query } })))?.items ?? [];
  const child = children.find((each) => each.error !== null && each.state !== 'succeeded');
  const own = `${kind} ${id}: ${error?.message ?? ''}`;
  return child === undefined ? own : `${own} ${child.kind} ${child.id}: ${child.error?.message ?? ''}`;
}

async function readState(caller: Caller, kind: Subject['kind'], name: string) {
  if (kind === 'cluster') {
    const cluster = await caller.read((client) =>
      client.GET('/v1/clusters/{cluster}', { params: { path: { cluster: name } } }),
    );
    if (cluster === undefined) return undefined;
    const behind = cluster.phase === 'ready' && cluster.observedGeneration !== cluster.generation;
    return { phase: cluster.phase, rest: true, unready: behind ? ', an older generation' : '' };
  }
  const fleet = await caller.read((client) => client.GET('/v1/fleets/{fleet}', { params: { path: { fleet: name } } }));
  if (fleet === undefined) return undefined;
  const members = fleet.clusters.filter((member) => member.managed);
  const moving = members.some(({ phase }) => ['pending', 'creating', 'updating', 'deleting'].includes(phase));
  const unready = members.filter(({ phase }) => phase !== 'ready').map((member) => `${member.name} ${member.phase}`);
  return { phase: fleet.phase, rest: !moving, unready: unready.length === 0 ? '' : `, ${unready.join(', ')}` };
}

/** Whether the document of the last request is what stands: applying it again starts nothing. */
async function isUnchanged(reaching: Reaching, desired: Desired): Promise<boolean> {
  const outcome = await send(reaching, applyOf(desired));
  return outcome.operations === 0 && outcome.refusal === undefined;
}

/** Asks for what is wanted; says what came of it. */
async function push(reaching: Reaching, desired: Desired): Promise<string> {
  const { kind, name, document } = desired;
  const first: Request = document === null ? { ask: 'delete', kind, name } : applyOf(desired);
  const asked = await send(reaching, first);
  if (asked.operations > 0) return `${first.ask} was accepted`;
  const retried = await send(reaching, { ask: 'retry', kind, name });
  if (retried.operations > 0) return `retry was accepted`;
  return `${first.ask}: ${asked.refusal ?? 'nothing to do'}; retry: ${retried.refusal ?? 'nothing to do'}`;
}

function applyOf({ kind, document }: Desired): Request {
  return { ask: 'apply', subject: { kind, document } as Subject };
}

async function send({ caller, accept }: Reaching, request: Request): Promise<{ operations: number; refusal?: string }> {
  const outcome = await caller.send(request);
  if (outcome.outcome === 'refused') return { operations: 0, refusal: `${outcome.status} ${outcome.detail}` };
  if (outcome.outcome === 'unanswered') return { operations: 0, refusal: outcome.detail };
  accept(outcome.operations);
  return { operations: outcome.operations.length };
}
