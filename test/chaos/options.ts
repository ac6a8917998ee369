// The command line of the chaos run.
import { parseArgs } from 'node:util';

/** What the chaos run was asked to do. */
export type ChaosOptions = {
  /** Requests that are sent: creates, changes, deletes, cancels, retries. */
  operations: number;
  seed: number;
  workers: number;
  apis: number;
  /** What simulated clusters stand on: the ledger, or processes of their own. */
  controlPlanes: 'ledger' | 'local';
  /** The result as the only line of standard output. */
  json: boolean;
  /** Leave the folder with its logs behind. */
  keep: boolean;
  /** Print the schedule and end. */
  schedule: boolean;
  /** Send the requests alone, without a fault. */
  calm: boolean;
  /** Kill at every write instead, of every kind of operation of every provider. */
  crashPoints: boolean;
  /** After so many minutes everything is stopped, and what is not done counts as stuck. */
  minutes: number;
  help: boolean;
};

/** Shown by `--help`. */
export const usage = `Usage: npm run chaos -- [options]

Starts PostgreSQL, Redis, simulated clouds, API and worker processes of its own, sends a drawn schedule of requests while
a drawn schedule of faults strikes, then lifts the faults, brings everything to its desired state, judges, deletes
everything and judges again. The last line of standard output is a JSON object; the exit code is 0 only when duplicates,
orphans, lost, stuck and leftovers are all 0. Progress goes to standard error.

  --operations N   requests: creates, changes, deletes, cancels, retries (default 15)
  --seed S         what the schedule is drawn from (default: drawn, and said)
  --workers W      worker processes, one operation each at a time (default 2)
  --apis A         API processes (default 2)
  --kubernetes     on real control planes and a real Karmada, whose processes are among the victims
  --schedule       print the schedule as JSON, and end
  --calm           without any fault: what then fails is no matter of recovery
  --crash-points   instead: one create, update and delete of each provider with a kill before and after each write of
                   ledger and database in turn; with --operations N only N of these points, drawn from the seed
  --minutes M      the most that it may take (default: 5 and 1.5 for each operation)
  --json           nothing but the JSON on standard output
  --keep           keep the folder with logs and data, and say where it is
  --help           this text`;

function readWhole(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!/^\d{1,10}$/.test(text) || value < 1 || value > most) {
    throw new Error(`--${name} takes a whole number from 1 to ${most}, not '${text}'`);
  }
  return value;
}

/** Parses the arguments; throws an Error whose message names the option and what it takes. */
export function parseOptions(args: string[]): ChaosOptions {
  const { values } = parseArgs({
    args,
    strict: true,
    allowPositionals: false,
    options: {
      operations: { type: 'string' },
      seed: { type: 'string' },
      workers: { type: 'string', default: '2' },
      apis: { type: 'string', default: '2' },
      kubernetes: { type: 'boolean', default: false },
      minutes: { type: 'string' },
      schedule: { type: 'boolean', default: false },
      calm: { type: 'boolean', default: false },
      'crash-points': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const crashPoints = values['crash-points'];
  const all = crashPoints ? Number.MAX_SAFE_INTEGER : 15;
  const operations = values.operations === undefined ? all : readWhole('operations', values.operations, 1000);
  const minutes =
    values.minutes === undefined
      ? crashPoints
        ? 600
        : (5 + 1.5 * operations) * (values.kubernetes ? 2 : 1)
      : readWhole('minutes', values.minutes, 1440);
  return {
    operations,
    minutes,
    crashPoints,
    seed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : readWhole('seed', values.seed, 2 ** 31 - 1),
    workers: readWhole('workers', values.workers, 16),
    apis: readWhole('apis', values.apis, 8),
    controlPlanes: values.kubernetes ? 'local' : 'ledger',
    json: values.json,
    keep: values.keep,
    schedule: values.schedule,
    calm: values.calm,
    help: values.help,
  };
}
