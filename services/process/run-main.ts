// How every main begins: with its configuration and its log, or with one clear word about what is wrong.

import type { Logger } from 'pino';
import { ConfigError } from './config-error.ts';
import { createLogger } from './logger.ts';

/** The process was configured wrongly; nothing was started. */
const wronglyConfigured = 2;
const couldNotStart = 1;

/** A main. */
export type Main<Config> = {
  service: string;
  /** Throws a `ConfigError`. */
  load: () => Config;
  /** Hides secrets in a line of the log. */
  redact: (line: string) => string;
  /** Throws a `ConfigError` when what it was pointed at can't serve it. */
  start: (config: Config, log: Logger) => Promise<void>;
};

/** Starts a main. Faults of the configuration are for whoever started it, so they go to standard error as plain text. */
export async function runMain<Config extends { log: { level: string } }>(main: Main<Config>): Promise<void> {
  const config = readConfig(main.load);
  if (config === undefined) return;
  const { service, redact } = main;
  const log = createLogger({ service, redact, level: config.log.level });
  try {
    await main.start(config, log);
  } catch (error) {
    if (error instanceof ConfigError) {
      process.stderr.write(`${redact(error.message)}\n`);
      process.exit(wronglyConfigured);
    }
    log.fatal({ err: error }, 'could not start');
    process.exit(couldNotStart);
  }
}

function readConfig<Config>(load: () => Config): Config | undefined {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = wronglyConfigured;
    return undefined;
  }
}
