// The reference model of operations: what it remembers of each, and what has to hold of the store's rows after every command.
import { canMove, isSettled, leasedStates, type OperationState } from '../../../services/domain/operation.ts';
import { listEvents } from '../../../services/store/events.ts';
import type { Lease } from '../../../services/store/leases.ts';
import { listOperations, type OperationRow } from '../../../services/store/operations.ts';
import type { TestStore } from '../fixtures.ts';

/** A resource of one run. */
export type Resource = { kind: 'cluster' | 'fleet'; id: string; generation: number };

/** What the model knows of one operation. */
export type Known = {
  id: string;
  resourceId: string;
  parentId: string | null;
  state: OperationState;
  fence: number;
  /** Who may write now, as far as anybody was told. */
  holder: Lease | undefined;
  /** Leases that were given up, taken over or have expired: their writers are late. */
  late: Lease[];
};

/** What the model remembers of one run. */
export type Model = { operations: Known[] };

/** The store that the run works on, with the resources of that run alone. */
export type Real = { test: TestStore; clusters: Resource[]; fleet: Resource };

/** The rows of the run's resources, in the order of their lines. */
export async function readRows({ test, clusters, fleet }: Real): Promise<OperationRow[]> {
  const lists = await test.work(async (tx) => {
    const pages = [];
    for (const { id } of [...clusters, fleet]) pages.push(await listOperations(tx, { limit: 1_000, resourceId: id }));
    return pages;
  });
  return lists.flatMap(({ items }) => items);
}

/** Brings the model up to what the rows say, and throws where they say what must not be. */
export async function compare(model: Model, real: Real): Promise<void> {
  const rows = await readRows(real);
  for (const row of rows) follow(model, row);
  checkLines(rows);
  checkFamilies(rows);
  for (const row of rows) await checkHistory(real, row);
}

function follow(model: Model, row: OperationRow): void {
  const known = model.operations.find(({ id }) => id === row.id);
  const { id, resourceId, parentId, state, fence } = row;
  if (known === undefined) {
    model.operations.push({ id, resourceId, parentId, state, fence, holder: undefined, late: [] });
    return;
  }
  if (fence < known.fence) throw new Error(`the fence of ${id} fell from ${known.fence} to ${fence}`);
  const leased = isLeased(state);
  const { holder } = known;
  if (holder !== undefined && (!leased || fence !== holder.fence)) {
    if (fence === holder.fence) throw new Error(`${id} became ${state} and its old lease would still do`);
    known.late.push(holder);
    known.holder = undefined;
  }
  if (leased && known.holder === undefined && row.leaseOwner !== null) {
    throw new Error(`${id} is ${state} for ${row.leaseOwner}, whom the model does not know`);
  }
  Object.assign(known, { state, fence });
}

function isLeased(state: OperationState): boolean {
  return (leasedStates as readonly OperationState[]).includes(state);
}

const active: readonly OperationState[] = ['running', 'waiting', 'cancelling', 'interrupted', 'awaiting_approval'];

/** One operation works on a resource at a time, and it is the first of its line that has not ended. */
function checkLines(rows: readonly OperationRow[]): void {
  for (const [resource, line] of Map.groupBy(rows, (row) => row.resourceId)) {
    const working = line.filter(({ state }) => active.includes(state));
    if (working.length > 1) throw new Error(`${working.map(({ id }) => id).join(' and ')} work on ${resource} at once`);
    const first = line.find(({ state }) => !isSettled(state));
    if (working[0] !== undefined && first !== working[0]) {
      throw new Error(`${working[0].id} works on ${resource} before ${first?.id}, which has not ended`);
    }
  }
}

/** A parent ends after its children, and does not wait when they have all ended. One that ended before it began waits for nobody. */
function checkFamilies(rows: readonly OperationRow[]): void {
  for (const parent of rows) {
    const open = rows.filter(({ parentId, state }) => parentId === parent.id && !isSettled(state));
    if (isSettled(parent.state) && open.length > 0) throw new Error(`${parent.id} ended before ${open[0]?.id}`);
    if (parent.state === 'waiting' && open.length === 0) throw new Error(`${parent.id} waits for nobody`);
  }
}

/** The events tell one unbroken way along the map, without a gap in their numbers. */
async function checkHistory({ test }: Real, { id, state, lastSeq }: OperationRow): Promise<void> {
  const events = await test.work((tx) => listEvents(tx, { operationId: id, limit: 10_000 }));
  if (events.length !== lastSeq || events.some(({ seq }, index) => seq !== index + 1)) {
    throw new Error(`the events of ${id} have gaps`);
  }
  let before: OperationState | null = null;
  for (const { data } of events.filter(({ type }) => type === 'state')) {
    const to = data['to'] as OperationState;
    if (data['from'] !== before) throw new Error(`${id} moved from ${String(data['from'])} while it was ${before}`);
    if (before !== null && !canMove(before, to)) throw new Error(`${id} moved from ${before} to ${to}`);
    before = to;
  }
  if (before !== state) throw new Error(`${id} is ${state}, its events end with ${before}`);
}
