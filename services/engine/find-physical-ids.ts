// Finds the ids of resources that a dead runner was creating: by their deterministic names, or by tag at AWS.

import { setTimeout as delay } from 'node:timers/promises';
import * as pulumi from '@pulumi/pulumi';
import type { PulumiFn } from '@pulumi/pulumi/automation/index.js';
import { createLookupProgram } from '../../stacks/adoption-lookup.ts';
import { planAdoption, type Adoption, type BlockLookup, type TagLookup } from '../../stacks/adoption.ts';
import type { OpenStack } from './open-stack.ts';
import type { PendingCreate } from './pending-creates.ts';
import type { RunnerRequest } from './step-request.ts';

type Lookups = Map<string, TagLookup | BlockLookup>;

/** AWS's tagging API lags some seconds behind a create, so "none" is believed only when it is said again. */
const looks = 3;

/** Runs the look-up program as a preview of the stack: nothing is changed, and the provider plugin answers. */
async function runLookups(open: OpenStack, lookups: Lookups): Promise<Map<string, string[]>> {
  let found: Record<string, string[]> = {};
  const lookup = createLookupProgram(lookups);
  const program: PulumiFn = async () => {
    const outputs = await lookup();
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

async function lookUp(request: RunnerRequest, open: OpenStack, lookups: Lookups): Promise<Map<string, string>> {
  const owned = listOwnedIds(open);
  const ids = new Map<string, string>();
  const missing: Lookups = new Map(lookups);
  for (let look = 0; look < looks && missing.size > 0; look += 1) {
    if (look > 0) await delay(request.settlePauseMilliseconds);
    for (const [urn, candidates] of await runLookups(open, missing)) {
      // A replaced resource carries the same tag until it is deleted; that one is in the state already.
      const id = candidates.find((candidate) => !owned.has(candidate));
      if (id === undefined) continue;
      ids.set(urn, id);
      missing.delete(urn);
    }
  }
  return ids;
}

/** Import ids by URN for those pending creates that may stand in the cloud; the others are safe to make again. */
export async function findPhysicalIds(
  request: RunnerRequest,
  open: OpenStack,
  pending: PendingCreate[],
): Promise<Map<string, string>> {
  const { region, account } = request.inputs;
  const ids = new Map<string, string>();
  const lookups: Lookups = new Map();
  for (const create of pending) {
    const plan = (inputs: PendingCreate['inputs']): Adoption =>
      planAdoption({ ...create, inputs, stack: request.stack.name }, { region, account });
    const adoption = plan(create.inputs);
    if (adoption.kind === 'id') {
      // A replacement of the same name is what stands already.
      const before = create.replaced === undefined ? undefined : plan(create.replaced);
      if (before?.kind !== 'id' || before.id !== adoption.id) ids.set(create.urn, adoption.id);
    } else if (adoption.kind !== 'clear') lookups.set(create.urn, adoption);
  }
  if (lookups.size > 0) for (const [urn, id] of await lookUp(request, open, lookups)) ids.set(urn, id);
  return ids;
}
