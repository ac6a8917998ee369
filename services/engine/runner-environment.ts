// Builds the allow-listed environment of a runner: nothing of the worker's own environment leaks into a cloud step.

import { stepMarker } from './processes.ts';

/** How a stack reaches its cloud; real or simulated is fixed with the credential. */
export type RunnerAccess = {
  simulated: boolean;
  /** Variables of the provider's own SDK, or the simulator's three. */
  variables: Record<string, string>;
};

/**
 * Flags of a runner's Node: it mostly waits, for minutes to an hour, and its memory is what limits how many steps a worker has room for.
 * Measured with the CLI's: 207 MB without, 130 MB with them. Compiled code is kept by flags, so that whoever fills a cache needs the same.
 */
export const runnerFlags: readonly string[] = [
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=1',
  '--optimize-for-size',
];

/** The CLI collects its garbage once the heap has grown by half of what lives, and not by all of it: a tenth more of its processor time. */
const collectAt = '50';

const inherited = [
  'NODE_COMPILE_CACHE',
  'PATH',
  'HOME',
  'LANG',
  'TZ',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
];

/**
 * The environment of one step. `PULUMI_IGNORE_AMBIENT_PLUGINS`: a plugin on the PATH would override the pinned one.
 * The engine fetches no plugin: it would take what its server sends, and an official one in a simulated home would talk to a real cloud.
 */
export function buildRunnerEnvironment(options: {
  base: Record<string, string | undefined>;
  stepKey: string;
  home: string;
  access: RunnerAccess;
  /** Left out where nothing secret is written. */
  temporaryDir?: string;
  /** HOME, for a user of its own; the worker's when left out. */
  userHome?: string;
}): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of inherited) {
    const value = options.base[name];
    if (value !== undefined) environment[name] = value;
  }
  const temporaryDir = options.temporaryDir ?? options.base['TMPDIR'];
  return {
    ...environment,
    // The number has no name in the host's list, and the CLI asks for one.
    ...(options.userHome === undefined ? {} : { HOME: options.userHome, USER: 'fleetyard' }),
    ...(temporaryDir === undefined ? {} : { TMPDIR: temporaryDir }),
    ...options.access.variables,
    [stepMarker]: options.stepKey,
    PULUMI_HOME: options.home,
    PULUMI_SKIP_UPDATE_CHECK: '1',
    PULUMI_IGNORE_AMBIENT_PLUGINS: '1',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: '1',
    PULUMI_DISABLE_PROGRESS: '1',
    GOGC: collectAt,
  };
}
