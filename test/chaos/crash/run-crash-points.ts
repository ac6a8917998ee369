// Deaths at every write: which points there are, how they are shared out over lives, and what came of them.
import type { Dice } from '../random.ts';
import { createDice } from '../random.ts';
import { startCrashBench, type CrashBench } from './bench.ts';
import {
  clouds,
  kinds,
  liveLife,
  type CrashPoint,
  type Kind,
  type Life,
  type LifeReport,
  type Provider,
} from './lives.ts';

/** What the deaths came to. */
export type CrashReport = {
  seed: number;
  lives: number;
  points: number;
  died: number;
  faults: string[];
  seconds: number;
};

/** What is run: so many points drawn from the seed, or all when there are fewer. */
export type CrashRun = {
  seed: number;
  points: number;
  deadline: number;
  say(line: string): void;
  signal: AbortSignal;
};

type Writes = LifeReport['writes'];

const providers = Object.keys(clouds) as Provider[];

/** What a life writes as a rule; only a sample stands on it, and says how many of its deaths came. */
const usual: Record<Provider, Writes> = {
  eks: {
    create: { ledger: 66, database: 75 },
    update: { ledger: 1, database: 23 },
    delete: { ledger: 66, database: 74 },
  },
  aks: {
    create: { ledger: 22, database: 37 },
    update: { ledger: 1, database: 18 },
    delete: { ledger: 22, database: 34 },
  },
  gke: {
    create: { ledger: 21, database: 36 },
    update: { ledger: 1, database: 17 },
    delete: { ledger: 21, database: 32 },
  },
};

/** Draws a sample of lives, one point in each operation, the providers in turn. */
export function drawLives(seed: number, points: number): Life[] {
  const dice = createDice(seed);
  const count = Math.ceil(points / kinds.length);
  return Array.from({ length: count }, (_, index) => {
    const provider = providers[index % providers.length] as Provider;
    const drawn = kinds.map((kind) => [kind, drawPoint(dice, usual[provider][kind])] as const);
    return { provider, name: `life-${index}`, points: Object.fromEntries(drawn) };
  });
}

function drawPoint(dice: Dice, writes: Writes[Kind]): CrashPoint {
  const of = dice.pick(['ledger', 'database'] as const);
  return { of, write: dice.between(1, Math.max(1, writes[of])), side: dice.pick(['before', 'after'] as const) };
}

/** Lives that together die at every point of one provider: as many as its operation with the most points has. */
export function listLives(provider: Provider, writes: Writes): Life[] {
  const points = kinds.map((kind) => listPoints(writes[kind]));
  const most = Math.max(...points.map((list) => list.length));
  return Array.from({ length: most }, (_, index) => {
    const drawn = kinds.flatMap((kind, at) => {
      const point = points[at]?.[index];
      return point === undefined ? [] : [[kind, point] as const];
    });
    return { provider, name: `${provider}-${index}`, points: Object.fromEntries(drawn) };
  });
}

function listPoints(writes: Writes[Kind]): CrashPoint[] {
  return (['ledger', 'database'] as const).flatMap((of) =>
    Array.from({ length: writes[of] }, (_, index) => index + 1).flatMap((write) =>
      (['before', 'after'] as const).map((side) => ({ of, write, side })),
    ),
  );
}

/** Runs a sample, or everything; everything begins with a life in peace of each provider, which says how many points there are. */
export async function runCrashPoints(run: CrashRun): Promise<CrashReport> {
  const started = Date.now();
  const bench = await startCrashBench();
  const report: CrashReport = { seed: run.seed, lives: 0, points: 0, died: 0, faults: [], seconds: 0 };
  try {
    const whole = run.points === Number.MAX_SAFE_INTEGER;
    const lives = whole ? await countLives(bench, run) : drawLives(run.seed, run.points);
    for (const life of lives) {
      run.signal.throwIfAborted();
      if (Date.now() > run.deadline) {
        report.faults.push(`the time was over after ${report.lives} of ${lives.length} lives`);
        break;
      }
      await addLife(bench, run, life, report);
    }
  } finally {
    await bench.stop();
  }
  return { ...report, seconds: Math.round((Date.now() - started) / 1000) };
}

async function countLives(bench: CrashBench, { say }: CrashRun): Promise<Life[]> {
  const lives: Life[] = [];
  for (const provider of providers) {
    const { writes, faults } = await liveLife(bench, { provider, name: `peace-${provider}`, points: {} });
    if (faults.length > 0) throw new Error(`in peace: ${faults.join('\n')}`);
    say(`${provider}: ${JSON.stringify(writes)}`);
    lives.push(...listLives(provider, writes));
  }
  return lives;
}

async function addLife(bench: CrashBench, { say }: CrashRun, life: Life, report: CrashReport): Promise<void> {
  const { died, faults } = await liveLife(bench, life);
  const points = Object.entries(life.points);
  const told = points.map(([kind, { of, write, side }]) => {
    return `${kind} ${side} ${of} ${write}${died.includes(kind as Kind) ? '' : ' (not reached)'}`;
  });
  report.lives += 1;
  report.points += points.length;
  report.died += died.length;
  report.faults.push(...faults.map((fault) => `${life.provider}, ${told.join(', ')}: ${fault}`));
  say(`${life.provider}: ${told.join(', ')}: ${faults.length === 0 ? 'well' : faults.slice(0, 3).join('; ')}`);
}
