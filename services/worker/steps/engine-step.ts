// The engine step: one Pulumi action on one layer of a cluster, its progress recorded and its outputs stored.

import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Layer } from '../../../stacks/registry.ts';
import { buildCloudVariables } from '../../access/cloud-variables.ts';
import type { OpenCredential } from '../../access/credential.ts';
import { findStrangers, isOfProvider } from '../../domain/layers.ts';
import type { EngineAction } from '../../domain/step-kinds.ts';
import type { DoubtfulCreate } from '../../engine/pending-creates.ts';
import { killOperationProcesses, stepKeyOf } from '../../engine/processes.ts';
import type { StepUser } from '../../engine/runner-users.ts';
import { findCalm } from '../../engine/known-state.ts';
import { installPlugin } from '../../engine/install-plugin.ts';
import { runStep, type EngineStep } from '../../engine/run-step.ts';
import { getStackHealth, markUnsettled, saveDoubtful, type StackHealth } from '../../store/stack-health.ts';
import { findStack, getOrCreateStack, getStackKey, saveSnapshot } from '../../store/stacks.ts';
import type { StackKey, StackRow } from '../../store/stacks.ts';
import { createRedactor, type Redactor } from '../../vault/redact.ts';
import type { OpenState, WorkerContext } from '../context.ts';
import { beatsPerLease } from '../hold-lease.ts';
import type { PreparedLayer } from '../layers/prepare-layer.ts';
import { prepareLayer } from '../layers/registry.ts';
import { traceRunner } from '../trace-operation.ts';
import { insistUnderLease, writeUnderLease } from '../write-under-lease.ts';
import { awaitUnless } from './await-unless.ts';
import { loadClusterSubject, type ClusterSubject } from './cluster-subject.ts';
import { followStepEvents } from './follow-step-events.ts';
import type { StepEnd } from './step-end.ts';
import type { StepOrder } from './step-order.ts';
import { storeVerdict } from './store-verdict.ts';
import { silenceStrangers } from './stranger-words.ts';

/** Knows every secret that the step's processes are given, so that no text of theirs carries one on. */
function createStepRedactor(subject: ClusterSubject, secrets: string[]): Redactor {
  const redactor = createRedactor();
  const credentials: Partial<OpenCredential>[] = [subject.credential, subject.federation?.credential ?? {}];
  const known = credentials.flatMap(({ secret = {}, attributes = {} }) => {
    // A subscription or project is no secret, and a message without it would not help anybody.
    return Object.values(secret).filter((value) => !Object.values(attributes).includes(value));
  });
  for (const secret of [...secrets, ...known]) redactor.register(secret);
  return redactor;
}

/** What a step works on: the stack's row, what opens it, and whether it has to be put right first. */
type OpenedStack = StackRow & StackKey & { health: StackHealth };

/** The stack of the step; none when there is nothing of it to destroy, to refresh or to put right. */
async function openStackRow(
  context: WorkerContext,
  { operation, step, lease, onlySettle = false }: StepOrder,
  simulated: boolean,
): Promise<OpenedStack | undefined> {
  const clusterId = operation.resourceId;
  const layer = step.layer as Layer;
  const makes = step.action === 'up' && !onlySettle;
  return writeUnderLease(context, lease, async (tx) => {
    if (!makes && (await findStack(tx, { clusterId, layer })) === undefined) return undefined;
    const home = simulated ? 'simulated' : 'real';
    const wanted = { clusterId, layer, home, name: `${clusterId}-${layer}` } as const;
    const stack = await getOrCreateStack(tx, wanted, context.engine.stackKeys?.take);
    const health = await getStackHealth(tx, stack.id);
    const settled = health.unsettled === null;
    if (settled && (onlySettle || (!makes && stack.destroyedAt !== null))) return undefined;
    return { ...stack, ...(await getStackKey(tx, stack.id)), health };
  });
}

/**
 * Ends what an earlier operation's runner left on this host. On another host it has ended itself: its lease was over before the operation
 * was let go of, and a runner that hears nothing for a lease ends.
 */
async function proveDeath(context: WorkerContext, { operation }: StepOrder, { health }: OpenedStack): Promise<void> {
  const earlier = health.unsettled?.operationId;
  if (earlier === null || earlier === undefined) return;
  const killed = await killOperationProcesses(earlier);
  if (killed > 0)
    context.logger.warn({ killed, earlier, operation: operation.id }, 'ended processes of an earlier step');
}

/** What a step is made of. */
type StepParts = Pick<PreparedLayer<Layer>, 'inputs' | 'variables' | 'folder'> & {
  subject: ClusterSubject;
  stack: OpenedStack;
};

/** Where a step works, and as whom. */
type StepPlace = { workDir: string; temporaryDir: string; home: string; user: StepUser | undefined };

/** What the engine is to do. Putting a stack right is what precedes every action, and a refresh adds nothing to it. */
function getAction({ step, onlySettle = false }: StepOrder): EngineAction {
  return onlySettle ? 'refresh' : (step.action as EngineAction);
}

function buildRequest(
  { engine }: WorkerContext,
  order: StepOrder,
  parts: StepParts & StepPlace,
): EngineStep['request'] {
  const { subject, stack, inputs, workDir, home } = parts;
  return {
    action: getAction(order),
    provider: subject.step.spec.provider,
    layer: order.step.layer as Layer,
    inputs,
    stack: { name: stack.name, passphrase: stack.passphrase, salt: stack.salt },
    pulumi: { binary: engine.binary, home },
    backendUrl: '',
    workDir,
    recover: stack.health.unsettled !== null,
    doubtful: stack.health.doubtful as DoubtfulCreate[],
    settlePauseMilliseconds: engine.settlePause,
  };
}

type OpenedState = Awaited<NonNullable<EngineStep['state']>>;

/** What a runner is told of an open state. What is to be put right it asks for itself, in the clear. */
function describeState({ health }: OpenedStack, { backendUrl, known }: OpenState): OpenedState {
  const calm = health.unsettled === null && health.doubtful.length === 0 ? findCalm(known) : undefined;
  return { backendUrl, ...(calm === undefined ? {} : { known: calm }) };
}

/** What the runner may ask of the store: all of it under the operation's lease. */
function keepHealth(context: WorkerContext, order: StepOrder, stackId: string) {
  const { lease } = order;
  return {
    onSnapshot: (deployment: unknown): Promise<void> =>
      writeUnderLease(context, lease, async (tx) => {
        await saveSnapshot(tx, lease, { stackId, deployment });
        await markUnsettled(tx, lease, { stackId, action: getAction(order) });
      }),
    onDoubtful: (doubtful: DoubtfulCreate[]): Promise<void> =>
      writeUnderLease(context, lease, (tx) => saveDoubtful(tx, lease, { stackId, doubtful })),
  };
}

/**
 * Makes the folder of a step. A user of its own gets a home of Pulumi in it as well: plugins are the worker's, to be read, and what the CLI
 * writes beside them is the step's.
 */
async function openPlace({ engine }: WorkerContext, stepKey: string, parts: StepParts): Promise<StepPlace> {
  const workDir = join(engine.workDir, 'steps', stepKey);
  const temporaryDir = join(workDir, 'tmp');
  const shared = engine.homes[parts.stack.home];
  await mkdir(temporaryDir, { recursive: true, mode: 0o700 });
  const user = await engine.users?.take(stepKey);
  if (user === undefined) return { workDir, temporaryDir, home: shared, user };
  if (parts.stack.home === 'real') {
    const cloud = isOfProvider(parts.stack.layer) ? parts.subject.credential.provider : 'kubernetes';
    await installPlugin({ ...engine, cloud, home: shared });
  }
  const home = join(workDir, 'home');
  await mkdir(home, { mode: 0o700 });
  await symlink(join(shared, 'plugins'), join(home, 'plugins'));
  for (const path of [workDir, ...(parts.folder === undefined ? [] : [parts.folder])]) await user.own(path);
  return { workDir, temporaryDir, home, user };
}

/** Runs the step in a folder of its own, which goes with it: the engine writes deployments with their secrets into temporary files. */
async function runInFolder(
  context: WorkerContext,
  order: StepOrder,
  parts: StepParts,
  opening: Promise<OpenState>,
): Promise<StepEnd> {
  const { lease } = order;
  const { engine } = context;
  const { subject, stack } = parts;
  const stepKey = stepKeyOf(lease.operationId, lease.fence);
  const knowing = createStepRedactor(subject, [stack.passphrase]);
  const strangers = findStrangers(order.step.layer as Layer);
  const redactor = strangers === null ? knowing : silenceStrangers(knowing, strangers);
  const progress = followStepEvents(context, lease, order.step, redactor);
  const state = opening.then((opened) => {
    knowing.register(new URL(opened.backendUrl).password);
    return describeState(stack, opened);
  });
  state.catch(() => undefined);
  let place: StepPlace | undefined;
  try {
    place = await openPlace(context, stepKey, parts);
    const { temporaryDir, user } = place;
    const runner = traceRunner(context, order);
    const verdict = await runStep({
      stepKey,
      request: buildRequest(context, order, { ...parts, ...place }),
      state,
      temporaryDir,
      ...(user === undefined ? {} : { user }),
      access: {
        simulated: subject.credential.simulated,
        variables: {
          ...buildCloudVariables(subject.credential, {
            region: subject.step.spec.region,
            simulatorUrl: engine.simulatorUrl,
          }),
          ...parts.variables,
        },
      },
      baseEnvironment: engine.environment,
      onEvent: (event) => {
        progress.onEvent(event);
        if (event.type === 'resource') runner.onEvent(event);
      },
      ...keepHealth(context, order, stack.id),
      cancelSignal: lease.cancelled,
      killSignal: lease.lost,
      getDeadline: lease.getDeadline,
      // Twice for each heartbeat, so that what it gained is known soon.
      aliveMilliseconds: (context.leaseSeconds * 1000) / (2 * beatsPerLease),
      cancelGrace: engine.cancelGrace,
    });
    runner.end(verdict.outcome);
    await progress.flush();
    return await storeVerdict(context, order, { stackId: stack.id, redactor, verdict });
  } finally {
    await place?.user?.release();
    await rm(join(engine.workDir, 'steps', stepKey), { recursive: true, force: true });
  }
}

/**
 * Runs one engine step to its end. What precedes the runner asks the database and clouds, which may not answer: it is left behind when the
 * step is to end, with an AbortError.
 */
export async function runEngineStep(context: WorkerContext, order: StepOrder): Promise<StepEnd> {
  const { lease } = order;
  const toEnd = AbortSignal.any([lease.cancelled, lease.lost]);
  const subject = await awaitUnless(toEnd, loadClusterSubject(context, order.operation, lease));
  const stack = await awaitUnless(toEnd, openStackRow(context, order, subject.credential.simulated));
  if (stack === undefined) return { outcome: 'skipped' };
  await proveDeath(context, order, stack);
  const preparing = prepareLayer(order.step.layer as Layer, context, subject, order);
  const ready = await awaitUnless(toEnd, preparing, async (late) => late?.cleanUp(!lease.lost.aborted));
  if (ready === undefined) return { outcome: 'skipped' };
  const { cleanUp, ...prepared } = ready;
  try {
    const { id: stackId, name: stackName, projectId } = stack;
    const opening = insistUnderLease(context, lease, () =>
      context.engine.openState({ lease, projectId, stackId, stackName }),
    );
    const close = (state: OpenState): Promise<void> =>
      // What is left when the database does not answer is swept.
      state.close().catch((error: unknown) => context.logger.warn({ err: error }, 'a login is left'));
    const state = awaitUnless(toEnd, opening, close);
    state.catch(() => undefined);
    try {
      return await runInFolder(context, order, { ...prepared, subject, stack }, state);
    } finally {
      const opened = await state.catch(() => undefined);
      if (opened !== undefined) await awaitUnless(lease.lost, close(opened)).catch(() => undefined);
    }
  } finally {
    await cleanUp(!lease.lost.aborted);
  }
}
