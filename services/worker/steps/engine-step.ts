// The engine step: one Pulumi action on one layer of a cluster, its progress recorded and its outputs stored.

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Layer, LayerInputs } from '../../../stacks/registry.ts';
import { buildCloudVariables } from '../../access/cloud-variables.ts';
import type { OpenCredential } from '../../access/credential.ts';
import type { EngineAction } from '../../domain/step-kinds.ts';
import { stepKeyOf } from '../../engine/processes.ts';
import { runStep } from '../../engine/run-step.ts';
import type { RunnerRequest, StepVerdict } from '../../engine/step-request.ts';
import {
  findStack,
  getOrCreateStack,
  getStackKey,
  markStackDestroyed,
  saveOutputs,
  saveSnapshot,
} from '../../store/stacks.ts';
import type { StackKey, StackRow } from '../../store/stacks.ts';
import { createRedactor, type Redactor } from '../../vault/redact.ts';
import type { WorkerContext } from '../context.ts';
import { prepareLayer } from '../layers/registry.ts';
import { loadClusterSubject, type ClusterSubject } from './cluster-subject.ts';
import { followStepEvents } from './follow-step-events.ts';
import { describeFailure, type StepEnd } from './step-end.ts';
import type { StepOrder } from './step-order.ts';

async function storeVerdict(
  context: WorkerContext,
  order: StepOrder,
  stackId: string,
  redactor: Redactor,
  verdict: StepVerdict,
): Promise<StepEnd> {
  switch (verdict.outcome) {
    case 'succeeded':
      await context.store.asSystem(async (tx) => {
        if (order.step.action === 'destroy') await markStackDestroyed(tx, order.lease, stackId);
        if (order.step.action === 'up') await saveOutputs(tx, order.lease, { stackId, outputs: verdict.outputs });
      });
      return { outcome: 'succeeded' };
    case 'failed': {
      const { failure } = verdict;
      const found = {
        providerCode: failure.code,
        ...(failure.resource === undefined ? {} : { resource: failure.resource }),
      };
      return { outcome: 'failed', error: describeFailure(failure.class, redactor.redactText(failure.message), found) };
    }
    default:
      return verdict;
  }
}

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

/** The stack of the step with its key; none when there is nothing yet to destroy or refresh. */
async function openStackRow(
  context: WorkerContext,
  order: StepOrder,
  simulated: boolean,
): Promise<(StackRow & StackKey) | undefined> {
  const { step } = order;
  const clusterId = order.operation.resourceId;
  const layer = step.layer as Layer;
  return context.store.asSystem(async (tx) => {
    if (step.action !== 'up' && (await findStack(tx, { clusterId, layer })) === undefined) return undefined;
    const home = simulated ? 'simulated' : 'real';
    const stack = await getOrCreateStack(tx, { clusterId, layer, home, name: `${clusterId}-${layer}` });
    return { ...stack, ...(await getStackKey(tx, stack.id)) };
  });
}

function buildRequest(
  { engine }: WorkerContext,
  order: StepOrder,
  parts: { subject: ClusterSubject; stack: StackRow & StackKey; inputs: LayerInputs[Layer]; workDir: string },
): RunnerRequest {
  const { subject, stack, inputs, workDir } = parts;
  return {
    action: order.step.action as EngineAction,
    provider: subject.step.spec.provider,
    layer: order.step.layer as Layer,
    inputs,
    stack: { name: stack.name, passphrase: stack.passphrase, salt: stack.salt },
    pulumi: { binary: engine.binary, home: engine.homes[stack.home] },
    backendUrl: engine.backendUrl,
    workDir,
    recover: order.recover,
    settlePauseMilliseconds: engine.settlePause,
  };
}

/** Runs one engine step to its end. */
export async function runEngineStep(context: WorkerContext, order: StepOrder): Promise<StepEnd> {
  const { lease } = order;
  const { engine, store } = context;
  const subject = await loadClusterSubject(context, order.operation);
  const stack = await openStackRow(context, order, subject.credential.simulated);
  if (stack === undefined) return { outcome: 'skipped' };
  const { inputs, cleanUp } = await prepareLayer(order.step.layer as Layer, context, subject);
  const stepKey = stepKeyOf(lease.operationId, lease.fence);
  const workDir = join(engine.workDir, 'steps', stepKey);
  await mkdir(workDir, { recursive: true, mode: 0o700 });
  const redactor = createStepRedactor(subject, [stack.passphrase, new URL(engine.backendUrl).password]);
  const progress = followStepEvents(context, lease, order.step, redactor);
  try {
    const verdict = await runStep({
      stepKey,
      request: buildRequest(context, order, { subject, stack, inputs, workDir }),
      access: {
        simulated: subject.credential.simulated,
        variables: buildCloudVariables(subject.credential, {
          region: subject.step.spec.region,
          simulatorUrl: engine.simulatorUrl,
        }),
      },
      baseEnvironment: engine.environment,
      onEvent: progress.onEvent,
      onSnapshot: (deployment) => store.asSystem((tx) => saveSnapshot(tx, lease, { stackId: stack.id, deployment })),
      cancelSignal: lease.cancelled,
      killSignal: lease.lost,
      cancelGrace: engine.cancelGrace,
    });
    await progress.flush();
    return await storeVerdict(context, order, stack.id, redactor, verdict);
  } finally {
    await cleanUp();
    await rm(workDir, { recursive: true, force: true });
  }
}
