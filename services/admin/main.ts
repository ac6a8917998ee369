// `npm run migrate`, `admin-token` and `rotate-master-key`: what is done on the host, with the database and the master keys at hand.

import { loadHostConfig } from '../config.ts';
import { ConfigError } from '../process/config-error.ts';
import { makeAdminToken } from './admin-token.ts';
import type { Command } from './command.ts';
import { migrateSchema } from './migrate.ts';
import { rotateMasterKey } from './rotate-master-key.ts';

const commands: Record<string, Command> = {
  migrate: migrateSchema,
  'admin-token': makeAdminToken,
  'rotate-master-key': rotateMasterKey,
};
const [couldNot, wronglyAsked] = [1, 2];

process.exitCode = await main(process.argv.slice(2));

async function main([name = '', ...args]: string[]): Promise<number> {
  const command = commands[name];
  if (command === undefined) {
    process.stderr.write(`Usage: npm run ${Object.keys(commands).join(' | ')}\n`);
    return wronglyAsked;
  }
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${command.usage}\n`);
    return 0;
  }
  try {
    process.stdout.write(`${await command.run(args, loadHostConfig())}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof ConfigError || isWronglyAsked(error) ? wronglyAsked : couldNot;
  }
}

function isWronglyAsked(error: unknown): boolean {
  return String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
}
