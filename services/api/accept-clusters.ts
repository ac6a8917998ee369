// Accepts clusters: requests of one project that arrive together share a unit of work, with keys, answers and audit events.

import { createClusters } from '../changes/create-cluster.ts';
import type { Author } from '../changes/change.ts';
import type { Created } from '../changes/cluster-operations.ts';
import { gatherChanges, type Outcome } from '../changes/gather-changes.ts';
import type { Schemas } from '../contract/schemas.ts';
import { FleetyardError } from '../domain/errors.ts';
import { addAuditEvents, type NewAuditEvent } from '../store/audit-events.ts';
import { keepAnswers, type KeyState, takeKey, takeKeys } from '../store/idempotency.ts';
import type { Tx } from '../store/transaction.ts';
import type { AnyAnswer, Parts } from './call.ts';
import { replay, type RequestKey, toStored } from './plugins/idempotency.ts';

/** One request for a cluster. */
export type Acceptance = {
  request: Schemas['ClusterRequest'];
  author: Author;
  key: RequestKey | undefined;
  answer: (created: Created) => AnyAnswer;
  /** What the audit trail is told of the answer. */
  describe: (answer: AnyAnswer) => NewAuditEvent | undefined;
};

/** Accepts a cluster of a project, and answers; throws what is refused. */
export type AcceptCluster = (projectId: string, acceptance: Acceptance) => Promise<AnyAnswer>;

/** Makes it for one process. */
export function gatherAcceptances(parts: Parts): AcceptCluster {
  return gatherChanges((projectId, acceptances) =>
    parts.store.asProject(projectId, (tx) => acceptTogether(tx, parts, acceptances)),
  );
}

async function acceptTogether(
  tx: Tx,
  { catalogue, defaultAllowedCidrs, clock }: Parts,
  acceptances: readonly Acceptance[],
): Promise<Outcome<AnyAnswer>[]> {
  const states = await findStates(tx, acceptances);
  const open = acceptances.filter((acceptance) => states.get(acceptance) === 'taken');
  const wishes = open.map(({ request, author }) => ({ request, author }));
  const created = await createClusters({ tx, catalogue, defaultAllowedCidrs, now: clock() }, wishes);
  const outcomes = new Map<Acceptance, Outcome<AnyAnswer>>();
  for (const [index, acceptance] of open.entries()) {
    const one = created[index] ?? new FleetyardError('internal', 'Nothing came of it.');
    outcomes.set(acceptance, one instanceof FleetyardError ? { error: one } : { result: acceptance.answer(one) });
  }
  const all = acceptances.map((acceptance) => outcomes.get(acceptance) ?? replayState(states.get(acceptance)));
  await Promise.all([
    keepAnswers(
      tx,
      open.flatMap((acceptance) => listKept(acceptance, outcomes.get(acceptance))),
    ),
    addAuditEvents(
      tx,
      acceptances.flatMap(({ describe }, index) => describeOutcome(describe, all[index])),
    ),
  ]);
  return all;
}

/** One alone waits for its key; several do not wait for anybody's, and whoever would have to is done alone. */
async function findStates(tx: Tx, acceptances: readonly Acceptance[]): Promise<Map<Acceptance, KeyState>> {
  const states = new Map<Acceptance, KeyState>(acceptances.map((acceptance) => [acceptance, 'taken']));
  const keyed = acceptances.flatMap((acceptance) =>
    acceptance.key === undefined ? [] : [{ acceptance, key: acceptance.key }],
  );
  const [only] = keyed;
  if (only !== undefined && acceptances.length === 1) {
    const { scope, bodyHash } = only.key;
    return states.set(only.acceptance, (await takeKey(tx, scope, bodyHash)) ?? 'taken');
  }
  const taken = await takeKeys(
    tx,
    keyed.map(({ key }) => key),
  );
  if (taken.includes('held'))
    throw new FleetyardError('internal', 'Another process serves a request with one of the keys.');
  for (const [index, { acceptance }] of keyed.entries()) states.set(acceptance, taken[index] ?? 'taken');
  return states;
}

function replayState(state: KeyState | undefined): Outcome<AnyAnswer> {
  if (state instanceof FleetyardError) return { error: state };
  if (state === undefined || typeof state === 'string') throw new FleetyardError('internal', 'Nothing came of it.');
  return { result: replay(state) };
}

function listKept({ key }: Acceptance, outcome: Outcome<AnyAnswer> | undefined) {
  if (key === undefined || outcome === undefined || 'error' in outcome) return [];
  return [{ ...key, answer: toStored(outcome.result) }];
}

function describeOutcome(describe: Acceptance['describe'], outcome: Outcome<AnyAnswer> | undefined): NewAuditEvent[] {
  if (outcome === undefined || 'error' in outcome) return [];
  const event = describe(outcome.result);
  return event === undefined ? [] : [event];
}
