// Finds the ids of resources that a dead runner was creating: by their deterministic names, or by asking the cloud.

import { setTimeout as delay } from 'node:timers/promises';
import * as pulumi from '@pulumi/pulumi';
import type { PulumiFn } from '@pulumi/pulumi/automation/index.js';
import type { Adoption, AdoptionContext, CreateLookUpProgram, PendingCreate } from '../../stacks/adoption.ts';
import { getRecovery } from '../../stacks/registry.ts';
import type { OpenStack } from './open-stack.ts';
import type { PendingReplacement } from './pending-creates.ts';
import type { RunnerRequest } from './step-request.ts';

/** What a cloud lists lags some seconds behind a create, so "none" is believed only when it is said again. */
const looks = 3;

/** Runs a look-up program as a preview of the stack: nothing is changed, and the provider plugin answers. */
async function runLookUp(open: OpenStack, lookUp: ReturnType<CreateLookUpProgram>): Promise<Map<string, string[]>> {
  let found: Record<string, string[]> = {};
  const program: PulumiFn = async () => {
    const outputs = await lookUp();
    pulumi.output(outputs).apply((values) => {
      found = values;
    });
    return outputs;
  };
  await open.stack.preview({ program });
  return new Map(Object.entries(found));
}

function listOwnedIds(open: OpenStack): Set<string> {
  const standing = (open.deployment.deployment.resources ?? []).filter((one) => one.pendingReplacement !== true);
  return new Set(standing.flatMap(({ id }) => (id === undefined ? [] : [id])));
}

async function lookUp(
  open: OpenStack,
  pending: PendingCreate[],
  options: { create: CreateLookUpProgram; context: AdoptionContext; pause: number },
): Promise<Map<string, string>> {
  const owned = listOwnedIds(open);
  const ids = new Map<string, string>();
  let missing = pending;
  for (let look = 0; look < looks && missing.length > 0; look += 1) {
    if (look > 0) await delay(options.pause);
    for (const [urn, candidates] of await runLookUp(open, options.create(missing, options.context))) {
      // A replaced resource carries the same tag until it is deleted; that one is in the state already.
      const id = candidates.find((candidate) => !owned.has(candidate));
      if (id !== undefined) ids.set(urn, id);
    }
    missing = missing.filter(({ urn }) => !ids.has(urn));
  }
  return ids;
}

/** Import ids by URN for those pending creates that may stand in the cloud; the others are safe to make again. */
export async function findPhysicalIds(
  request: RunnerRequest,
  open: OpenStack,
  pending: PendingReplacement[],
): Promise<Map<string, string>> {
  const { planAdoption, loadLookUp } = getRecovery(request.provider, request.layer);
  const { region, account } = request.inputs;
  const context = { stack: request.stack.name, region, account };
  const ids = new Map<string, string>();
  const unnamed: PendingCreate[] = [];
  for (const create of pending) {
    const plan = (inputs: PendingCreate['inputs']): Adoption => planAdoption({ ...create, inputs }, context);
    const adoption = plan(create.inputs);
    if (adoption.kind === 'id') {
      // A replacement of the same name is what stands already.
      const before = create.replaced === undefined ? undefined : plan(create.replaced);
      if (before?.kind !== 'id' || before.id !== adoption.id) ids.set(create.urn, adoption.id);
    } else if (adoption.kind === 'look-up') unnamed.push(create);
  }
  if (unnamed.length === 0) return ids;
  if (loadLookUp === undefined) throw new Error(`${request.provider} has no look-up of pending creates`);
  const options = { create: await loadLookUp(), context, pause: request.settlePauseMilliseconds };
  return new Map([...ids, ...(await lookUp(open, unnamed, options))]);
}
