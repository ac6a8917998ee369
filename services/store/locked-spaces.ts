// Address spaces that are locked for planning: what is known of each, and the looks at more of it.

import { createAddressMap } from '../domain/address-map.ts';
import { type Block, getBlock, parseBlock, printBlock } from '../domain/cidr.ts';
import { type ErrorDetail, FleetyardError, throwDetails } from '../domain/errors.ts';
import { type AddressPools, type PlannedRange, type RangeRole, rangeFields } from '../domain/range-roles.ts';
import { listUnknown, planRanges, type RangeClaim, type RangePlanning } from '../domain/ranges.ts';
import { describeUse, findOwners } from './range-owners.ts';
import { readWindows, type WantedWindow } from './range-windows.ts';
import type { Tx } from './transaction.ts';

/** The ranges that one cluster claims; those that it holds already are not in its own way. */
export type ClusterClaim = RangeClaim & { clusterId: string; clusterName?: string };

/** What planning needs of a space's row. */
export type SpaceFacts = { id: string; number: number; pools: AddressPools };

/** An address space that nobody else plans in until the unit of work ends, and what is known of it. */
export type LockedSpace = Omit<RangePlanning, 'catalogue'> &
  SpaceFacts & {
    /** Ranges that were read or planned at once; the next look is a wider one. */
    window: number;
    /** Whose the ranges are that were planned and are not stored yet. */
    planned: Map<string, string>;
  };

/** Which spaces a unit of work is about to plan in, and for whom. */
export type SpaceUse = { space: SpaceFacts; claims: readonly ClusterClaim[] };

/** Locks spaces in an order that all share, and looks at where planning begins. Throws `not-found` for one that has gone. */
export async function lockSpaces(
  tx: Tx,
  uses: readonly SpaceUse[],
  catalogue: RangePlanning['catalogue'],
): Promise<LockedSpace[]> {
  const spaces = uses.map(({ space }) => beginPlanning(tx, space));
  const windows = uses.flatMap(({ claims }, index) => {
    const space = spaces[index] as LockedSpace;
    return listUnknown(claims, { ...space, catalogue }).map((stretch) => wantWindow(space, stretch));
  });
  const ids = spaces.map(({ id }) => id);
  // Sent together. It is on its way before the look is made, which must not overtake it.
  const locked = tx.sql`
    select id from address_spaces where id = any(${ids}::text[]) order by id for no key update
  `.execute();
  const [rows] = await Promise.all([locked, readWindows(tx, mergeWindows(windows))]);
  const gone = ids.find((id) => !rows.some((row) => row['id'] === id));
  if (gone !== undefined) throw refuseMissingSpace(gone);
  return spaces;
}

/** Plans ranges of clusters in a locked space, which takes note of them; the caller stores them. Throws as `reserveRanges` does. */
export async function planInSpace(
  tx: Tx,
  space: LockedSpace,
  claims: readonly ClusterClaim[],
  catalogue: RangePlanning['catalogue'],
): Promise<PlannedRange[][]> {
  await refuseTaken(tx, space, claims);
  for (;;) {
    const plan = planRanges(claims, { ...space, catalogue });
    if ('ranges' in plan) {
      for (const [index, { clusterName }] of claims.entries()) {
        if (clusterName === undefined) continue;
        for (const { role, cidr } of plan.ranges[index] ?? []) space.planned.set(cidr, describeUse(role, clusterName));
      }
      return plan.ranges;
    }
    await lookFurther(tx, space, plan.unknown);
  }
}

/** Takes back what was planned and will not be stored. */
export function forgetPlanned(space: LockedSpace, planned: readonly PlannedRange[]): void {
  for (const { cidr } of planned) {
    space.map.giveBack(getBlock(cidr));
    space.planned.delete(cidr);
  }
}

/** A range that is to be stored. */
export type NewRange = {
  addressSpaceId: string;
  spaceNumber: number;
  clusterId: string | null;
  role: RangeRole;
  range: string;
  note?: string;
};

/** The ranges of claims as they are stored. */
export function listNewRanges(
  { id, number }: LockedSpace,
  claims: readonly ClusterClaim[],
  planned: readonly (readonly PlannedRange[])[],
): NewRange[] {
  return claims.flatMap(({ clusterId }, index) =>
    (planned[index] ?? []).map(({ role, cidr }) => ({
      addressSpaceId: id,
      spaceNumber: number,
      clusterId,
      role,
      range: cidr,
    })),
  );
}

const firstWindow = 64;
const widestWindow = 4_096;

/** A space that the caller has locked, of which nothing is known yet. */
export function beginPlanning(tx: Tx, { id, number, pools }: SpaceFacts): LockedSpace {
  const hints = tx.rangeHints.of(id);
  return { id, number, pools, hints, map: createAddressMap(), window: firstWindow, planned: new Map() };
}

function wantWindow({ id, map, window }: LockedSpace, stretch: Block): WantedWindow {
  return { addressSpaceId: id, map, stretch, most: window };
}

/** Those that begin at the same address of the same space are one, as long as the longest. */
function mergeWindows(windows: readonly WantedWindow[]): WantedWindow[] {
  const merged = new Map<string, WantedWindow>();
  for (const window of windows) {
    const key = `${window.addressSpaceId} ${window.stretch.first}`;
    const before = merged.get(key);
    if (before === undefined || before.stretch.last < window.stretch.last) merged.set(key, window);
  }
  return [...merged.values()];
}

async function lookFurther(tx: Tx, space: LockedSpace, stretch: Block): Promise<void> {
  await readWindows(tx, [wantWindow(space, stretch)]);
  space.window = Math.min(widestWindow, space.window * 4);
}

/** Refuses given ranges that meet those of others, with the owner's name: a space belongs to one project, so no other is told. */
async function refuseTaken(tx: Tx, space: LockedSpace, claims: readonly ClusterClaim[]): Promise<void> {
  const met: { pointer: string; given: string; range: string }[] = [];
  for (const { pointer, needs } of claims) {
    for (const { role, given } of needs) {
      const block = given === undefined ? undefined : parseBlock(given);
      if (given === undefined || block === undefined) continue;
      for (let stretch = space.map.findUnknown(block); stretch !== undefined; stretch = space.map.findUnknown(block)) {
        await lookFurther(tx, space, stretch);
      }
      const taken = space.map.findTaken(block);
      if (taken !== undefined)
        met.push({ pointer: `${pointer}/network/${rangeFields[role]}`, given, range: printBlock(taken) });
    }
  }
  if (met.length === 0) return;
  const owners = await findOwners(
    tx,
    space,
    met.map(({ range }) => range),
  );
  const details = met.map(({ pointer, given, range }): ErrorDetail => {
    const message = `${given} overlaps ${range}, which is taken by ${owners.get(range) ?? 'another one'}.`;
    return { pointer, message, code: 'range-overlap' };
  });
  throwDetails('Some of the given ranges are in use already.', details);
}

/** What is said of a space that is not there. */
export function refuseMissingSpace(id: string): FleetyardError {
  return new FleetyardError('not-found', `There is no address space "${id}".`);
}
