// Gathers changes of one project that arrive together into one unit of work: whoever comes while others are at work joins the next one.

import { FleetyardError, isFleetyardError } from '../domain/errors.ts';

/** What came of one of several. */
export type Outcome<Result> = { result: Result } | { error: unknown };

/** How much is done at once. */
export type GatherBounds = {
  /** Units of work of one project at once: while one commits, the next one is looked up. */
  unitsOfWork: number;
  /** Items of one unit of work. */
  items: number;
  /** Items of one project that may wait, and for how long; others are refused. */
  waiting: number;
  waitingSeconds: number;
};

/** Bounds that suit changes of a few milliseconds. */
export const gatherBounds: GatherBounds = { unitsOfWork: 2, items: 32, waiting: 1_000, waitingSeconds: 15 };

type Waiting<Item, Result> = {
  item: Item;
  since: number;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
};

type Line<Item, Result> = { waiting: Waiting<Item, Result>[]; running: number; scheduled: boolean };

/**
 * Makes a function that does one change together with others. `run` does several in one unit of work and says what came of each; when it
 * throws, all of them are undone, and each is done again in a unit of work of its own, so that none suffers from another one's fault.
 */
export function gatherChanges<Item, Result>(
  run: (projectId: string, items: readonly Item[]) => Promise<Outcome<Result>[]>,
  bounds: GatherBounds = gatherBounds,
): (projectId: string, item: Item) => Promise<Result> {
  const lines = new Map<string, Line<Item, Result>>();
  const schedule = (projectId: string, line: Line<Item, Result>): void => {
    if (line.scheduled || line.running >= bounds.unitsOfWork || line.waiting.length === 0) return;
    line.scheduled = true;
    // After what else this turn of the event loop brings.
    setImmediate(() => {
      line.scheduled = false;
      void work(projectId, line);
    });
  };
  const work = async (projectId: string, line: Line<Item, Result>): Promise<void> => {
    line.running += 1;
    const taken = refuseLate(line.waiting.splice(0, bounds.items), bounds.waitingSeconds);
    schedule(projectId, line);
    await runTogether(run, projectId, taken);
    line.running -= 1;
    if (line.running === 0 && line.waiting.length === 0) lines.delete(projectId);
    else schedule(projectId, line);
  };
  return (projectId, item) => {
    const line = lines.get(projectId) ?? { waiting: [], running: 0, scheduled: false };
    lines.set(projectId, line);
    if (line.waiting.length >= bounds.waiting) return Promise.reject(refuseBusy());
    return new Promise((resolve, reject) => {
      line.waiting.push({ item, since: performance.now(), resolve, reject });
      schedule(projectId, line);
    });
  };
}

async function runTogether<Item, Result>(
  run: (projectId: string, items: readonly Item[]) => Promise<Outcome<Result>[]>,
  projectId: string,
  taken: readonly Waiting<Item, Result>[],
): Promise<void> {
  if (taken.length === 0) return;
  try {
    const outcomes = await run(
      projectId,
      taken.map(({ item }) => item),
    );
    for (const [index, { resolve, reject }] of taken.entries()) {
      const outcome = outcomes[index] ?? { error: new FleetyardError('internal', 'Nothing came of it.') };
      if ('result' in outcome) resolve(outcome.result);
      else reject(outcome.error);
    }
  } catch (error) {
    const [first] = taken;
    // A database that is away or busy would be so for each of them.
    if (taken.length > 1 && !isFleetyardError(error, 'unavailable')) {
      for (const one of taken) await runTogether(run, projectId, [one]);
    } else if (taken.length === 1) first?.reject(error);
    else for (const { reject } of taken) reject(error);
  }
}

/** Those who have not waited too long; the others are told. */
function refuseLate<Item, Result>(taken: readonly Waiting<Item, Result>[], seconds: number): Waiting<Item, Result>[] {
  const oldest = performance.now() - seconds * 1000;
  for (const { since, reject } of taken) if (since < oldest) reject(refuseBusy());
  return taken.filter(({ since }) => since >= oldest);
}

function refuseBusy(): FleetyardError {
  return new FleetyardError('unavailable', 'Too many changes of this project wait; try again.');
}
