// What may be typed after `npm run simulator --`.
import { parseArgs } from 'node:util';
import { FAULT_KINDS } from '../ledger/faults.ts';

/** The help text. */
export const HELP = `Simulated clouds: shows and edits the accounts of a running simulator.

  npm run simulator -- accounts                      the accounts; each belongs to one simulated credential
  npm run simulator -- list [--type T]               what stands in them
  npm run simulator -- ledger [--after N]            every change ever made or refused
  npm run simulator -- delete ID                     removes a resource behind Fleetyard's back
  npm run simulator -- change ID name=value …        changes properties behind Fleetyard's back (values are JSON or text)
  npm run simulator -- fault KIND [--type T] [--name TEXT] [--count N] [--delay SECONDS] [--hold]
                                                     orders a fault
  npm run simulator -- faults                        the faults that stand
  npm run simulator -- clear FAULT                   clears a fault and lets go what it holds
  npm run simulator -- quota [NAME AMOUNT]           shows the quotas that were set, or sets one (ec2/vpcs/eu-central-1 20)
  npm run simulator -- hubs                          kubeconfigs of the hubs that are a Karmada of processes, for kubectl

Kinds of faults: ${FAULT_KINDS.join(', ')}.
A fault without --count strikes until it is cleared. --hold (slow-create, slow-delete) waits for \`clear\`.

  --account ID   one account; needed where several stand and the command changes one
  --data DIR     the simulator's data directory (.fleetyard/simulator)`;

const COMMANDS = [
  'accounts',
  'list',
  'ledger',
  'delete',
  'change',
  'fault',
  'faults',
  'clear',
  'quota',
  'hubs',
] as const;

/** A command as it was typed. */
export type Command = {
  name: (typeof COMMANDS)[number];
  operands: string[];
  data: string;
  account: string | undefined;
  type: string | undefined;
  nameContains: string | undefined;
  after: number;
  count: number | undefined;
  delaySeconds: number | undefined;
  hold: boolean;
};

const OPTIONS = {
  account: { type: 'string' },
  data: { type: 'string', default: '.fleetyard/simulator' },
  type: { type: 'string' },
  name: { type: 'string' },
  after: { type: 'string' },
  count: { type: 'string' },
  delay: { type: 'string' },
  hold: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Reads the arguments; a string is what to print instead of running anything. */
export function readCommand(args: string[]): Command | string {
  try {
    const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
    const [name, ...operands] = positionals;
    if (values.help || name === undefined) return HELP;
    if (!(COMMANDS as readonly string[]).includes(name)) {
      return `there is no command "${name}": ${COMMANDS.join(', ')}; --help says more`;
    }
    return {
      name: name as Command['name'],
      operands,
      data: values.data,
      account: values.account,
      type: values.type,
      nameContains: values.name,
      after: readNumber('after', values.after) ?? 0,
      count: readNumber('count', values.count),
      delaySeconds: readNumber('delay', values.delay),
      hold: values.hold,
    };
  } catch (error) {
    return `${(error as Error).message}; --help says more`;
  }
}

function readNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!Number.isFinite(number) || number < 0) throw new Error(`--${option} is a number of 0 or more, not "${text}"`);
  return number;
}
