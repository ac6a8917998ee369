// What a runner does: one action on one stack, from opening it to the verdict.

import * as pulumi from '@pulumi/pulumi';
import type { EngineEvent } from '@pulumi/pulumi/automation/index.js';
import { getClusterProvider, getProgram, type Layer, type LayerInputs } from '../../stacks/registry.ts';
import type { ClusterInputs } from '../../stacks/contract.ts';
import { EngineEvents } from './engine-events.ts';
import { classifyFailure } from './classify-failure.ts';
import { explainError } from './explain-error.ts';
import { judgeFailure } from './judge-failure.ts';
import type { Deployment } from './deployment.ts';
import { openStack, type OpenStack } from './open-stack.ts';
import { needsRecovery, recoverStack } from './recover-stack.ts';
import type { RunnerChannel } from './runner-channel.ts';
import type { StepVerdict } from './step-request.ts';

/** What the program is given and what it gave; the state completes the inputs once it is known. */
type ProgramRun = { inputs: LayerInputs[Layer]; outputs: Record<string, unknown> };

/** Wraps the layer's program: counts its resources as they are constructed and keeps its outputs once they resolve. */
async function loadProgram(channel: RunnerChannel, run: ProgramRun): Promise<() => Promise<Record<string, unknown>>> {
  const { request } = channel;
  const program = await getProgram(request.provider, request.layer);
  return async () => {
    let planned = 0;
    pulumi.runtime.registerStackTransformation(({ type }) => {
      if (!type.startsWith('pulumi:')) planned += 1;
      return undefined;
    });
    const outputs = (await program(run.inputs as never)) as Record<string, unknown>;
    if (request.action !== 'destroy') channel.sendEvent({ type: 'planned', planned });
    pulumi.output(outputs).apply((values) => {
      run.outputs = values as Record<string, unknown>;
    });
    return outputs;
  };
}

function countResources(deployment: Deployment): number {
  return (deployment.deployment.resources ?? []).filter((resource) => !resource.type.startsWith('pulumi:')).length;
}

/**
 * Handles the engine's events, and keeps a failed create with the stack as soon as it is known: the engine's state has forgotten it,
 * and this process may be killed before it can look.
 */
function followEngine(channel: RunnerChannel, events: EngineEvents): (event: EngineEvent) => void {
  let kept = 0;
  return (event) => {
    events.handle(event);
    if (events.failedCreates.length === kept) return;
    kept = events.failedCreates.length;
    channel.keepDoubtful([...events.failedCreates]).catch(() => undefined);
  };
}

async function act(channel: RunnerChannel, open: OpenStack, events: EngineEvents): Promise<void> {
  const { request, cancelled: signal } = channel;
  const { stack } = open;
  const onEvent = followEngine(channel, events);
  // The Automation API does not look at a signal that was given before it began to listen.
  signal.throwIfAborted();
  switch (request.action) {
    case 'preview':
      await stack.preview({ onEvent, signal });
      return;
    case 'up':
      await stack.up({ onEvent, signal, showSecrets: false });
      return;
    case 'refresh':
      await stack.refresh({ onEvent, signal, showSecrets: false, runProgram: true });
      return;
    case 'destroy':
      channel.sendEvent({ type: 'planned', planned: countResources(open.deployment) });
      await stack.destroy({ onEvent, signal, showSecrets: false, runProgram: true });
      // The row in PostgreSQL is the record; an empty stack would stay in Pulumi's state for ever.
      await stack.workspace.removeStack(request.stack.name);
  }
}

/** An autoscaler moves the pools' counts, so an update looks before it decides. */
async function refreshStack(channel: RunnerChannel, open: OpenStack): Promise<OpenStack> {
  await open.stack.refresh({ runProgram: true, showSecrets: false, signal: channel.cancelled });
  return { ...open, deployment: (await open.stack.exportStack()) as Deployment };
}

/** Brings an open stack to where the action can begin: the snapshot stored, what was left unfinished settled, the inputs complete. */
async function prepareStack(channel: RunnerChannel, opened: OpenStack, run: ProgramRun): Promise<OpenStack> {
  const { request } = channel;
  let open = opened;
  if (request.known !== undefined) await channel.awaitGo();
  else if (request.action !== 'preview') await channel.storeSnapshot(open.deployment);
  const unsettled = request.action !== 'preview' && needsRecovery(request, open.deployment);
  if (unsettled) open = await recoverStack(channel, open);
  if (request.layer === 'cluster') {
    // A recovery has just refreshed.
    const looked = unsettled || request.action !== 'up' || countResources(open.deployment) === 0;
    if (!looked) open = await refreshStack(channel, open);
    const { completeInputs } = getClusterProvider(request.provider);
    run.inputs = completeInputs(run.inputs as ClusterInputs, open.deployment.deployment.resources ?? []);
  }
  return open;
}

/** Nothing at all in the state: not even the stack's own resource. */
function isUntouched(deployment: Deployment): boolean {
  return (deployment.deployment.resources ?? []).length === 0;
}

/** Performs what was asked for. Never throws. */
export async function perform(channel: RunnerChannel): Promise<StepVerdict> {
  try {
    return await performAction(channel);
  } catch (error) {
    return { outcome: 'failed', failure: classifyFailure(explainError(error, channel.request)), settled: false };
  }
}

async function performAction(channel: RunnerChannel): Promise<StepVerdict> {
  const { request } = channel;
  const events = new EngineEvents((event) => channel.sendEvent(event), { onlyDeletes: request.action === 'destroy' });
  const run: ProgramRun = { inputs: request.inputs, outputs: {} };
  let open: OpenStack | undefined;
  try {
    open = await openStack(request, await loadProgram(channel, run));
    open = await prepareStack(channel, open, run);
    if (request.action === 'destroy' && isUntouched(open.deployment)) {
      await open.stack.workspace.removeStack(request.stack.name);
    } else {
      await act(channel, open, events);
    }
    return { outcome: 'succeeded', outputs: run.outputs, changes: events.changes };
  } catch (error) {
    return judgeFailure(channel, { open, events, error });
  }
}
