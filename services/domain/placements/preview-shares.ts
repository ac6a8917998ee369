// What each cluster would get of one object: its replicas, and whether the hub will do the same for certain.

import type { Schemas } from '../../contract/schemas.ts';
import { chooseMembers, type Choice } from './choose-members.ts';
import { divideByWeight, guessDivision } from './divide-replicas.ts';
import { divisionOf, type PlaceableMember, type PlacementDocument } from './placement-document.ts';

/** The shares of one object, by the name of the cluster; null stands for an object without replicas. */
export type Shares = { of: Map<string, number | null>; exact: boolean; note: string | null };

/** Members that would be left out, with the reason. */
export type Outlook = { choice: Choice; reasons: Map<string, string>; getting: PlaceableMember[] };

/** Looks at every member. What is away or tainted by now is what the hub would leave out too. */
export function lookAhead(document: PlacementDocument, members: readonly PlaceableMember[]): Outlook {
  const choice = chooseMembers(document, members);
  const reasons = new Map(choice.leftOut.map(({ member, reason }) => [member.id, reason]));
  for (const [index, set] of choice.standby.entries()) {
    const place = choice.standby.length === 1 ? '' : ` (place ${index + 2})`;
    for (const { id } of set) reasons.set(id, `it stands by and takes over when those before it can't${place}`);
  }
  const getting: PlaceableMember[] = [];
  const { usable, passed } = findUsable(document, [choice.chosen, ...choice.standby]);
  for (const [id, reason] of passed) reasons.set(id, reason);
  for (const member of usable) {
    reasons.delete(member.id);
    getting.push(member);
  }
  return { choice, reasons, getting };
}

/** The first set of which anything can be used, and why nothing could of the others. */
function findUsable(document: PlacementDocument, sets: readonly PlaceableMember[][]) {
  const passed = new Map<string, string>();
  for (const set of sets) {
    const usable: PlaceableMember[] = [];
    for (const member of set) {
      const reason = findObstacle(document, member);
      if (reason === undefined) usable.push(member);
      else passed.set(member.id, reason);
    }
    if (usable.length > 0) return { usable, passed };
  }
  return { usable: [], passed };
}

/** Nothing is known against a member that nobody has looked at. */
function findObstacle({ tolerations = [] }: PlacementDocument, member: PlaceableMember): string | undefined {
  if (!member.joined) return 'it has not joined the hub yet';
  if (member.ready === false) return 'it does not answer by now';
  const taint = member.taints.find(
    (each) => each.effect !== 'PreferNoSchedule' && !tolerations.some((toleration) => tolerates(toleration, each)),
  );
  return taint && `its taint ${taint.key}:${taint.effect} is not tolerated`;
}

/** As Kubernetes has it: what a toleration does not say, it says of all. */
function tolerates(
  { key, operator = 'Equal', value = '', effect }: Schemas['Toleration'],
  taint: Schemas['Taint'],
): boolean {
  if (effect !== undefined && effect !== taint.effect) return false;
  if (key !== undefined && key !== taint.key) return false;
  return operator === 'Exists' || value === (taint.value ?? '');
}

/** Divides the replicas of an object; `last` is what each cluster has by now. */
export function previewShares(
  document: PlacementDocument,
  { getting, choice }: Outlook,
  { replicas, last }: { replicas: number | null; last: ReadonlyMap<string, number> },
): Shares {
  const names = getting.map(({ name }) => name);
  const chosenByHub = choice.spread?.max !== undefined && choice.spread.max < countGroups(choice.spread.by, getting);
  const note = chosenByHub ? `the hub chooses at most ${choice.spread?.max} of them by itself` : null;
  if (replicas === null) return { of: new Map(names.map((name) => [name, null])), exact: !chosenByHub, note };
  switch (divisionOf(document)) {
    case 'duplicated':
      return { of: new Map(names.map((name) => [name, replicas])), exact: !chosenByHub, note };
    case 'weighted': {
      const weights = document.replicas?.weights;
      const weighed = names.map((name) => ({
        name,
        weight: weights === undefined ? 1 : (weights[name] ?? 0),
        last: last.get(name) ?? 0,
      }));
      const { shares, exact } = divideByWeight(replicas, weighed);
      const dice = 'the hub throws dice among clusters of one weight for what is left over';
      return { of: shares, exact, note: exact ? null : dice };
    }
    case 'dynamic':
      return {
        of: guessDivision(replicas, names),
        exact: false,
        note: 'the hub divides by the room that it sees then',
      };
    case 'aggregated':
      return {
        of: new Map(names.slice(0, 1).map((name) => [name, replicas])),
        exact: false,
        note: 'the hub takes as few clusters as have the room then',
      };
  }
}

function countGroups(by: 'cluster' | 'region', members: readonly PlaceableMember[]): number {
  return new Set(members.map((member) => (by === 'cluster' ? member.name : member.region))).size;
}
