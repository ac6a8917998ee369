// Lets faults strike, remembers what has to be lifted, and lifts everything at the end.
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { FaultOrder } from '../../../services/simulator/cli/admin-client.ts';
import type { Fault } from '../faults.ts';
import { credentialOf } from '../schedule.ts';
import { waitFor } from '../../helpers/wait.ts';
import { listControlPlaneProcesses } from '../world/control-plane-processes.ts';
import { listStepProcesses, signalQuietly } from '../world/step-processes.ts';
import type { World } from '../world/world.ts';

/** Strikes, and lifts. */
export type Striker = {
  /** Resolves once the fault has struck; what it says is for the log. */
  strike(fault: Fault): Promise<string>;
  /** How often each kind struck. */
  counts: Record<string, number>;
  /** Ends every fault, starts what is dead, and waits for all that. */
  liftAll(): Promise<void>;
};

type Lift = () => Promise<void> | void;

/** Makes a striker over a world. */
export function createStriker(world: World, signal: AbortSignal): Striker {
  const counts: Record<string, number> = {};
  const pending = new Set<Promise<void>>();
  const over = new AbortController();
  const ended = AbortSignal.any([over.signal, signal]);

  // A fault that has a time is lifted in the background, so that the next one may strike meanwhile.
  const lastFor = (seconds: number, lift: Lift): void => {
    const run = delay(seconds * 1000, undefined, { signal: ended })
      .catch(() => undefined)
      .then(lift)
      .finally(() => pending.delete(run));
    pending.add(run);
  };
  const inBackground = (work: Promise<void>): void => {
    const run = work.finally(() => pending.delete(run));
    pending.add(run);
  };
  const context = { world, lastFor, inBackground };
  return {
    counts,
    async strike(fault) {
      const detail = await strikeOne(context, fault);
      if (detail !== undefined) counts[fault.fault] = (counts[fault.fault] ?? 0) + 1;
      return detail ?? 'nothing to strike';
    },
    async liftAll() {
      over.abort();
      await Promise.all(pending);
      await liftRest(world);
    },
  };
}

type Context = { world: World; lastFor(seconds: number, lift: Lift): void; inBackground(work: Promise<void>): void };

/** Undefined when there was nothing that it could strike. */
async function strikeOne(context: Context, fault: Fault): Promise<string | undefined> {
  const { world, lastFor, inBackground } = context;
  switch (fault.fault) {
    case 'kill-worker':
    case 'kill-api':
    case 'stop-worker':
    case 'stop-api':
      return strikeService(context, fault);
    case 'kill-step':
    case 'stop-step':
      return strikeStep(context, fault);
    case 'restart-postgres':
      inBackground(world.database.restart());
      return 'restarting';
    case 'restart-redis':
      inBackground(world.queue.restart());
      return 'restarting';
    case 'kill-control-plane':
      return killControlPlane(world, fault);
    case 'cut-postgres':
      world.database.gate.cut();
      return 'all connections';
    case 'flush-redis':
      await flush(world.queue.direct);
      return 'flushed';
    case 'hang-postgres':
    case 'hang-redis':
    case 'hang-cloud': {
      const gate = { 'hang-postgres': world.database.gate, 'hang-redis': world.queue.gate, 'hang-cloud': world.cloud }[
        fault.fault
      ];
      gate.hold();
      lastFor(fault.seconds, () => gate.open());
      return `for ${fault.seconds} s`;
    }
    case 'cut-cloud':
      world.cloud.shut();
      lastFor(fault.seconds, () => world.cloud.open());
      return `for ${fault.seconds} s`;
    case 'skew-clock':
      await world.skewClock(fault.target, fault.offsetSeconds);
      lastFor(fault.seconds, () => world.skewClock(fault.target, 0));
      return `API ${fault.target} by ${fault.offsetSeconds} s`;
    case 'deleted-by-hand':
    case 'changed-by-hand':
      return changeByHand(world, fault);
    default:
      return orderCloudFault(context, fault);
  }
}

type ServiceFault = Extract<Fault, { fault: 'kill-worker' | 'kill-api' | 'stop-worker' | 'stop-api' }>;

async function strikeService(
  { world, lastFor }: Context,
  { fault, target, seconds }: ServiceFault,
): Promise<string | undefined> {
  const service = (fault.endsWith('worker') ? world.workers : world.apis)[target];
  if (service === undefined || service.pid === 0) return undefined;
  if (fault.startsWith('kill')) {
    await service.kill();
    lastFor(seconds, () => service.start());
  } else {
    service.signal('SIGSTOP');
    lastFor(seconds, () => service.signal('SIGCONT'));
  }
  return `${service.name} for ${seconds} s`;
}

/** Between two steps there is nothing to strike. */
const stepMs = 8_000;

type StepFault = Extract<Fault, { fault: 'kill-step' | 'stop-step' }>;

async function strikeStep({ world, lastFor }: Context, fault: StepFault): Promise<string | undefined> {
  const find = async () => (await listStepProcesses(world.directory)).find(({ program }) => program === fault.program);
  const found = await waitFor('a step', find, { timeoutMs: stepMs }).catch(() => undefined);
  if (found === undefined) return undefined;
  const { pid, stepKey } = found;
  if (!signalQuietly(pid, fault.fault === 'kill-step' ? 'SIGKILL' : 'SIGSTOP')) return undefined;
  if (fault.fault === 'stop-step') lastFor(fault.seconds, () => void signalQuietly(pid, 'SIGCONT'));
  return `${fault.program} ${pid} of ${stepKey}`;
}

type ControlPlaneFault = Extract<Fault, { fault: 'kill-control-plane' }>;

/** It comes back by itself: nothing is lifted. */
async function killControlPlane({ directory }: World, fault: ControlPlaneFault): Promise<string | undefined> {
  const { program, nth } = fault;
  const running = (await listControlPlaneProcesses(directory)).filter((each) => each.program === program);
  const victim = running[nth % Math.max(1, running.length)];
  if (victim === undefined || !signalQuietly(victim.pid, 'SIGKILL')) return undefined;
  return `${program} of ${victim.controlPlane}`;
}

async function flush(url: string): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  try {
    await redis.flushall();
  } catch {
    // It is being restarted: gone is gone.
  } finally {
    redis.disconnect();
  }
}

type HandFault = Extract<Fault, { fault: 'deleted-by-hand' | 'changed-by-hand' }>;

async function changeByHand(
  { simulator, accounts }: World,
  { fault, provider, type }: HandFault,
): Promise<string | undefined> {
  const account = accounts.get(credentialOf[provider]) ?? '';
  const ready = (await simulator.listResources(account)).filter(
    (each) => each.type.endsWith(`:${type}`) && each.state === 'ready',
  );
  const resource = ready.at(-1);
  if (resource === undefined) return undefined;
  const { id, type: token } = resource;
  if (fault === 'deleted-by-hand') await simulator.deleteResource(account, id, token);
  else await simulator.changeResource(account, id, { description: 'changed by hand' }, token);
  return `${token} ${id}`;
}

type CloudFault = Extract<Fault, { count: number }>;

async function orderCloudFault(
  { world, lastFor }: Context,
  { fault: kind, provider, type, count, seconds }: CloudFault,
): Promise<string> {
  const account = world.accounts.get(credentialOf[provider]) ?? '';
  const slow = kind === 'slow-create' || kind === 'slow-delete';
  const order: FaultOrder = { kind, type, count, ...(slow ? { until: 'released' as const } : {}) };
  const { id } = await world.simulator.setFault(account, order);
  // What is held is released later; the rest stays until it has struck, or all faults are lifted.
  if (slow) lastFor(seconds + 8, () => world.simulator.release(account, id).catch(() => undefined));
  return `${provider} ${type} × ${count}`;
}

async function liftRest(world: World): Promise<void> {
  for (const gate of [world.database.gate, world.queue.gate, world.cloud]) gate.open();
  for (const [, account] of world.accounts) {
    for (const { id } of await world.simulator.listFaults(account)) {
      await world.simulator.release(account, id).catch(() => undefined);
    }
  }
  for (const { pid } of await listStepProcesses(world.directory)) signalQuietly(pid, 'SIGCONT');
  for (const service of [...world.apis, ...world.workers]) {
    service.signal('SIGCONT');
    await service.start();
  }
}
