// One chaos run: a world, the schedule in it, the way back to what was asked for, and the verdict.
import type { ChaosOptions } from './options.ts';
import { createCaller, type Caller } from './drive/ask.ts';
import { awaitMoment } from './drive/moments.ts';
import { reachDesired, type Desired, type Stuck } from './drive/reach.ts';
import { createStriker, type Striker } from './drive/strike.ts';
import { collectAccepted, collectLeftovers, collectStanding, collectUnsettled } from './judge/collect.ts';
import {
  countLeftovers,
  findDuplicates,
  findLost,
  findMembers,
  findOrphans,
  findPhantoms,
  findRemains,
  type Leftovers,
} from './judge/judge.ts';
import { drawSchedule, type Act, type Request } from './schedule.ts';
import { waitFor } from '../helpers/wait.ts';
import { removeWorld, startWorld, type World } from './world/world.ts';

/** What the run came to: the last line of `--json`. */
export type ChaosReport = {
  seed: number;
  operations: number;
  accepted: number;
  refused: number;
  faults: Record<string, number>;
  duplicates: number;
  orphans: number;
  lost: number;
  stuck: number;
  leftovers: Record<keyof Leftovers, number>;
  seconds: number;
  /** A line for each thing that was found, and for what is worth a look although it is not counted. */
  findings: string[];
  notes: string[];
};

/** What a run is told, and what it may say. */
export type ChaosRun = Pick<
  ChaosOptions,
  'operations' | 'seed' | 'workers' | 'apis' | 'controlPlanes' | 'calm' | 'keep' | 'minutes'
> & {
  say(line: string): void;
  signal: AbortSignal;
};

const rounds = 8;

/** Whether all of the five are 0. */
export function isFlawless({ duplicates, orphans, lost, stuck, leftovers }: ChaosReport): boolean {
  return [duplicates, orphans, lost, stuck, ...Object.values(leftovers)].every((count) => count === 0);
}

/** Runs the whole, and stops everything that it started, however it ends. */
export async function runChaos(options: ChaosRun): Promise<ChaosReport> {
  const { say, signal } = options;
  const started = Date.now();
  const deadline = started + options.minutes * 60_000;
  say(`seed ${options.seed}: starting servers, ${options.apis} APIs and ${options.workers} workers`);
  const world = await startWorld(options);
  try {
    const course = new Course(world, options, deadline);
    for (const act of drawSchedule(options)) {
      signal.throwIfAborted();
      if (Date.now() < deadline) await course.perform(act);
    }
    return await course.finish(started);
  } finally {
    await world.stop();
    if (options.keep) say(`kept: ${world.directory}`);
    else await removeWorld(world);
  }
}

/** The course of one run: what was asked for, what was accepted, what was found. */
class Course {
  readonly #world: World;
  readonly #options: ChaosRun;
  readonly #deadline: number;
  readonly #caller: Caller;
  readonly #striker: Striker;
  readonly #desired = new Map<string, Desired>();
  readonly #byRequest = new Map<number, string[]>();
  readonly #accepted = new Set<string>();
  readonly #findings: string[] = [];
  readonly #notes: string[] = [];
  #requests = 0;
  #refused = 0;

  constructor(world: World, options: ChaosRun, deadline: number) {
    this.#world = world;
    this.#options = options;
    this.#deadline = deadline;
    this.#caller = createCaller(world, options.signal);
    this.#striker = createStriker(world, options.signal);
  }

  async perform(act: Act): Promise<void> {
    const { say, signal } = this.#options;
    const came = await awaitMoment(this.#world, act.at, (request) => this.#byRequest.get(request) ?? [], signal);
    const at = `${act.at.when}${'request' in act.at ? ` of ${act.at.request}` : ''}${came ? '' : ' (in vain)'}`;
    if ('fault' in act) {
      say(`  ! ${act.fault.fault} at ${at}: ${await this.#striker.strike(act.fault)}`);
      return;
    }
    const outcome = await this.#ask(act.request, act.number);
    say(`${act.number}. ${describeRequest(act.request)} at ${at}: ${outcome}`);
  }

  async #ask(request: Request, number: number): Promise<string> {
    this.#requests += 1;
    const answer = await this.#caller.send(request);
    // Not knowing is answered by asking again at the end; what was asked for last is what is wanted.
    if (answer.outcome !== 'refused') this.#note(request);
    if (answer.outcome === 'accepted') {
      const ids = answer.operations.map(({ id }) => id);
      this.#byRequest.set(number, ids);
      for (const id of ids) this.#accepted.add(id);
      return ids.length === 0 ? 'nothing to do' : ids.join(' ');
    }
    if (answer.outcome === 'unanswered') {
      this.#notes.push(`request ${number} was not answered: ${answer.detail}`);
      return answer.detail;
    }
    this.#refused += 1;
    if (answer.status === 400 || answer.status === 422) {
      this.#notes.push(`request ${number} was refused as wrong: ${answer.detail}`);
    }
    return `refused ${answer.status} ${answer.detail}`;
  }

  #note(request: Request): void {
    if ('subject' in request) {
      const { kind, document } = request.subject;
      this.#desired.set(document.name, { kind, name: document.name, document });
    } else if (request.ask === 'delete') {
      this.#desired.set(request.name, { kind: request.kind, name: request.name, document: null });
    }
  }

  /** Lifts, reaches, judges, deletes, judges again. */
  async finish(started: number): Promise<ChaosReport> {
    const { say, operations, seed } = this.#options;
    say('lifting all faults');
    await this.#striker.liftAll();
    const unreached = await this.#reach([...this.#desired.values()]);
    const standing = await collectStanding(this.#world);
    const duplicates = new Set(findDuplicates(standing.accounts));
    const orphans = new Set(findOrphans(standing));
    // What is called ready and does not stand is as far from what was asked for as what failed.
    const phantoms = findPhantoms(standing);
    say(
      `judged: ${duplicates.size} duplicates, ${orphans.size} orphans, ${unreached.length} stuck; deleting everything`,
    );
    const undeleted = await this.#reach([...this.#desired.values()].map((each) => ({ ...each, document: null })));
    const { accounts, objects } = await collectStanding(this.#world);
    for (const each of findDuplicates(accounts)) duplicates.add(each);
    for (const each of [...findRemains(accounts), ...findMembers(objects)]) orphans.add(each);
    const lost = new Set([
      ...findLost(await collectAccepted(this.#world, this.#accepted)),
      ...findLost(await collectUnsettled(this.#world)),
    ]);
    const stuck = new Map([...unreached, ...undeleted].map((each) => [`${each.kind} ${each.name}`, each]));
    const leftovers = await this.#leave();
    this.#find('duplicate', duplicates);
    this.#find('orphan', orphans);
    this.#find('lost', lost);
    for (const [name, { wanted, why }] of stuck) this.#findings.push(`stuck: ${name} should be ${wanted}: ${why}`);
    this.#find('known and not there', phantoms);
    for (const [kind, list] of Object.entries(leftovers)) this.#find(kind, list);
    this.#notes.push(...this.#world.unexpected);
    if (Date.now() > this.#deadline) this.#findings.push('the time was over: what is lost or stuck may only be late');
    return {
      seed,
      operations: Math.min(operations, this.#requests),
      accepted: this.#accepted.size,
      refused: this.#refused,
      faults: this.#striker.counts,
      duplicates: duplicates.size,
      orphans: orphans.size,
      lost: lost.size,
      stuck: stuck.size + phantoms.length,
      leftovers: countLeftovers(leftovers),
      seconds: Math.round((Date.now() - started) / 1000),
      findings: this.#findings,
      notes: this.#notes,
    };
  }

  #reach(desired: readonly Desired[]): Promise<Stuck[]> {
    const { say, signal } = this.#options;
    const accept = (operations: { id: string }[]): void => operations.forEach(({ id }) => this.#accepted.add(id));
    return reachDesired({ caller: this.#caller, rounds, deadline: this.#deadline, say, accept, signal }, desired);
  }

  /** Ends the services, then looks at what they left; what goes by itself a moment later is given that moment. */
  async #leave(): Promise<Leftovers> {
    for (const end of await this.#world.stopServices()) this.#notes.push(`did not end in order: ${end}`);
    const clean = async (): Promise<Leftovers | undefined> => {
      const leftovers = await collectLeftovers(this.#world);
      return Object.values(leftovers).every((list) => list.length === 0) ? leftovers : undefined;
    };
    return waitFor('nothing to be left', clean, { timeoutMs: 5_000, everyMs: 250 }).catch(() =>
      collectLeftovers(this.#world),
    );
  }

  #find(kind: string, list: Iterable<string>): void {
    for (const each of list) this.#findings.push(`${kind}: ${each}`);
  }
}

function describeRequest(request: Request): string {
  if (!('subject' in request)) return `${request.ask} ${request.name}`;
  const { kind, document } = request.subject;
  return `${request.ask} ${kind === 'fleet' ? `${document.name} (${document.clusters.length} members)` : document.name}`;
}
