// The engine step: one Pulumi action on one layer of a cluster, its progress recorded and its outputs stored.

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Layer } from '../../../stacks/registry.ts';
import { buildCloudVariables } from '../../access/cloud-variables.ts';
import type { OpenCredential } from '../../access/credential.ts';
import { meetsStrangers } from '../../domain/layers.ts';
import type { EngineAction } from '../../domain/step-kinds.ts';
import type { DoubtfulCreate } from '../../engine/pending-creates.ts';
import { killOperationProcesses, stepKeyOf } from '../../engine/processes.ts';
import { runStep, type EngineStep } from '../../engine/run-step.ts';
import { getStackHealth, markUnsettled, saveDoubtful, type StackHealth } from '../../store/stack-health.ts';
import { findStack, getOrCreateStack, getStackKey, saveSnapshot } from '../../store/stacks.ts';
import type { StackKey, StackRow } from '../../store/stacks.ts';
import { createRedactor, type Redactor } from '../../vault/redact.ts';
import type { WorkerContext } from '../context.ts';
import { beatsPerLease } from '../hold-lease.ts';
import type { PreparedLayer } from '../layers/prepare-layer.ts';
import { prepareLayer } from '../layers/registry.ts';
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
  { operation, step, onlySettle = false }: StepOrder,
  simulated: boolean,
): Promise<OpenedStack | undefined> {
  const clusterId = operation.resourceId;
  const layer = step.layer as Layer;
  const makes = step.action === 'up' && !onlySettle;
  return context.store.asSystem(async (tx) => {
    if (!makes && (await findStack(tx, { clusterId, layer })) === undefined) return undefined;
    const home = simulated ? 'simulated' : 'real';
    const stack = await getOrCreateStack(tx, { clusterId, layer, home, name: `${clusterId}-${layer}` });
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
type StepParts = Pick<PreparedLayer<Layer>, 'inputs' | 'variables'> & {
  subject: ClusterSubject;
  stack: OpenedStack;
  backendUrl: string;
};

/** What the engine is to do. Putting a stack right is what precedes every action, and a refresh adds nothing to it. */
function getAction({ step, onlySettle = false }: StepOrder): EngineAction {
  return onlySettle ? 'refresh' : (step.action as EngineAction);
}

function buildRequest(
  { engine }: WorkerContext,
  order: StepOrder,
  parts: StepParts & { workDir: string },
): EngineStep['request'] {
  const { subject, stack, inputs, backendUrl, workDir } = parts;
  return {
    action: getAction(order),
    provider: subject.step.spec.provider,
    layer: order.step.layer as Layer,
    inputs,
    stack: { name: stack.name, passphrase: stack.passphrase, salt: stack.salt },
    pulumi: { binary: engine.binary, home: engine.homes[stack.home] },
    backendUrl,
    workDir,
    recover: stack.health.unsettled !== null,
    doubtful: stack.health.doubtful as DoubtfulCreate[],
    settlePauseMilliseconds: engine.settlePause,
  };
}

/** What the runner may ask of the store: all of it under the operation's lease. */
function keepHealth({ store }: WorkerContext, order: StepOrder, stackId: string) {
  const { lease } = order;
  return {
    onSnapshot: (deployment: unknown): Promise<void> =>
      store.asSystem(async (tx) => {
        await saveSnapshot(tx, lease, { stackId, deployment });
        await markUnsettled(tx, lease, { stackId, action: getAction(order) });
      }),
    onDoubtful: (doubtful: DoubtfulCreate[]): Promise<void> =>
      store.asSystem((tx) => saveDoubtful(tx, lease, { stackId, doubtful })),
  };
}

/** Runs the step in a folder of its own, which goes with it: the engine writes deployments with their secrets into temporary files. */
async function runInFolder(context: WorkerContext, order: StepOrder, parts: StepParts): Promise<StepEnd> {
  const { lease } = order;
  const { engine } = context;
  const { subject, stack } = parts;
  const stepKey = stepKeyOf(lease.operationId, lease.fence);
  const workDir = join(engine.workDir, 'steps', stepKey);
  const temporaryDir = join(workDir, 'tmp');
  const knowing = createStepRedactor(subject, [stack.passphrase, new URL(parts.backendUrl).password]);
  const redactor = meetsStrangers(order.step.layer as Layer) ? silenceStrangers(knowing) : knowing;
  const progress = followStepEvents(context, lease, order.step, redactor);
  try {
    await mkdir(temporaryDir, { recursive: true, mode: 0o700 });
    const verdict = await runStep({
      stepKey,
      request: buildRequest(context, order, { ...parts, workDir }),
      temporaryDir,
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
      onEvent: progress.onEvent,
      ...keepHealth(context, order, stack.id),
      cancelSignal: lease.cancelled,
      killSignal: lease.lost,
      getDeadline: lease.getDeadline,
      // Twice for each heartbeat, so that what it gained is known soon.
      aliveMilliseconds: (context.leaseSeconds * 1000) / (2 * beatsPerLease),
      cancelGrace: engine.cancelGrace,
    });
    await progress.flush();
    return await storeVerdict(context, order, { stackId: stack.id, redactor, verdict });
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

/** Runs one engine step to its end. */
export async function runEngineStep(context: WorkerContext, order: StepOrder): Promise<StepEnd> {
  const subject = await loadClusterSubject(context, order.operation);
  const stack = await openStackRow(context, order, subject.credential.simulated);
  if (stack === undefined) return { outcome: 'skipped' };
  await proveDeath(context, order, stack);
  const { cleanUp, ...prepared } = await prepareLayer(order.step.layer as Layer, context, subject, order);
  try {
    const { id: stackId, name: stackName, projectId } = stack;
    const state = await context.engine.openState({ lease: order.lease, projectId, stackId, stackName });
    try {
      return await runInFolder(context, order, { ...prepared, subject, stack, backendUrl: state.backendUrl });
    } finally {
      // What is left when the database does not answer is swept.
      await state.close().catch((error: unknown) => context.logger.warn({ err: error }, 'a login is left'));
    }
  } finally {
    await cleanUp(!order.lease.lost.aborted);
  }
}
