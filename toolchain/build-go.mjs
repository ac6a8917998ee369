// Builds a program from a pinned Go module under toolchain/, counting packages so that the wait can be shown. go.sum holds
// every module to its hash.
import { resolve } from 'node:path';
import { compareVersions, GO_MINIMUM } from './versions.mjs';
import { findOnPath, runCommand } from './run-command.mjs';

/** @typedef {import('./progress.mjs').Progress} Progress */

/**
 * @typedef {object} GoProgram
 * @property {string} module the directory that holds go.mod and go.sum, from toolchain/ on
 * @property {string} program the import path of the main package
 * @property {string} ldflags
 */

/** Compiling ends here and linking begins: a share of the whole, measured with the Pulumi CLI. */
const LINK_SECONDS = 20;

/**
 * @returns {Promise<string | undefined>} the path of a Go that is new enough
 */
export async function findGo() {
  const go = findOnPath('go');
  if (go === undefined) return undefined;
  const { stdout } = await runCommand(go, ['env', 'GOVERSION']);
  return compareVersions(stdout, GO_MINIMUM) >= 0 ? go : undefined;
}

/**
 * Builds the program into `output`; throws with the end of what go said when it fails.
 * @param {string} go
 * @param {GoProgram} what
 * @param {string} output
 * @param {(progress: Omit<Progress, 'subject'>) => void} onProgress
 * @returns {Promise<void>}
 */
export async function buildGoProgram(go, { program, ...rest }, output, onProgress) {
  await buildGoPrograms(go, { ...rest, programs: [program] }, output, onProgress);
}

/**
 * Builds several programs of one module at once; with more than one, `output` is a directory that ends in a slash and each has the
 * last part of its import path as its name.
 * @param {string} go
 * @param {{ module: string, programs: readonly string[], ldflags: string }} what
 * @param {string} output
 * @param {(progress: Omit<Progress, 'subject'>) => void} onProgress
 * @returns {Promise<void>}
 */
export async function buildGoPrograms(go, { module, programs, ldflags }, output, onProgress) {
  const directory = resolve(import.meta.dirname, module);
  const env = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' };
  // A machine's GOFLAGS may say -mod=mod or name another go.mod: go would then take what comes and write its hash down.
  const pinned = ['-mod=readonly', '-modfile='];
  onProgress({ phase: 'fetching Go modules' });
  let modules = 0;
  const onFetch = (/** @type {string} */ line) => {
    if (!line.startsWith('go: downloading ')) return;
    modules += 1;
    onProgress({ phase: `fetching Go modules (${modules} so far)` });
  };
  const listed = await runCommand(
    go,
    ['list', '-C', directory, ...pinned, '-deps', '-f', '{{.ImportPath}}', ...programs],
    {
      env,
      onLine: onFetch,
    },
  );
  if (listed.code !== 0) throw new Error(`go list failed: ${lastLines(listed.stderr)}`);
  const compile = createCompileProgress(listed.stdout.trim().split('\n').length, onProgress);
  const args = ['build', '-C', directory, ...pinned, '-v', '-trimpath', '-ldflags', ldflags, '-o', output, ...programs];
  const built = await runCommand(go, args, { env, onLine: compile });
  if (built.code !== 0) throw new Error(`go build failed: ${lastLines(built.stderr)}`);
}

/**
 * Counts the package names that `go build -v` prints, one as each is compiled; packages from the build cache are not
 * printed, so the count may end below the total.
 * @param {number} total
 * @param {(progress: Omit<Progress, 'subject'>) => void} onProgress
 * @returns {(line: string) => void}
 */
function createCompileProgress(total, onProgress) {
  const started = Date.now();
  let done = 0;
  onProgress({ phase: 'compiling', done, total });
  return () => {
    done += 1;
    const elapsed = (Date.now() - started) / 1000;
    // The first packages are small, a rate taken from few of them would promise too much.
    const known = done > total / 20 && elapsed > 5;
    const secondsLeft = known ? (elapsed / done) * Math.max(0, total - done) + LINK_SECONDS : undefined;
    onProgress({ phase: 'compiling', done: Math.min(done, total), total, secondsLeft });
  };
}

/**
 * The directory of a module that another one's go.mod names.
 * @param {string} go
 * @param {string} module the directory that holds go.mod, from toolchain/ on
 * @param {string} wanted
 * @returns {Promise<string>}
 */
export async function findGoModule(go, module, wanted) {
  const directory = resolve(import.meta.dirname, module);
  const env = { ...process.env, GOWORK: 'off' };
  const args = ['list', '-C', directory, '-mod=readonly', '-modfile=', '-m', '-f', '{{.Dir}}', wanted];
  const { code, stdout, stderr } = await runCommand(go, args, { env });
  if (code !== 0 || stdout.trim() === '') throw new Error(`go list -m failed: ${lastLines(stderr)}`);
  return stdout.trim();
}

/** @param {string} text */
function lastLines(text) {
  return text.trim().split('\n').slice(-5).join('\n');
}
