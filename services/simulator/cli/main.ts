// The command line of the simulated clouds: shows and edits the accounts of a running daemon.
import { styleText } from 'node:util';
import { createAdminClient } from './admin-client.ts';
import { HELP, readCommand } from './arguments.ts';
import { runCommand } from './commands.ts';
import { findSimulatorFile } from '../ledger/simulator-file.ts';

async function main(): Promise<number> {
  const command = readCommand(process.argv.slice(2));
  if (typeof command === 'string') {
    const failed = command !== HELP;
    (failed ? process.stderr : process.stdout).write(`${command}\n`);
    return failed ? 2 : 0;
  }
  const file = await findSimulatorFile(command.data);
  if (!file) {
    process.stderr.write(
      `no simulator has run in ${command.data}; start one by \`npm run quickstart\`, or name its directory by --data\n`,
    );
    return 1;
  }
  try {
    const screen = await runCommand(createAdminClient(file), command);
    process.stdout.write(
      `${styleText('yellow', 'SIMULATED CLOUDS')} at ${file.url}: nothing here is real\n\n${screen}\n`,
    );
    return 0;
  } catch (error) {
    const { message, cause } = error as Error;
    const reason = cause instanceof Error ? `the simulator of ${command.data} does not answer at ${file.url}` : message;
    process.stderr.write(`simulated clouds: ${reason}\n`);
    return 1;
  }
}

process.exitCode = await main();
