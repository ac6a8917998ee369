// Runs one test file in a process of its own and judges it.
import { spawn, type ChildProcess } from 'node:child_process';
import { readTap, type TestResult } from './tap-output.ts';

/** How one file went. */
export type FileReport = {
  path: string;
  passed: number;
  failed: number;
  skipped: number;
  seconds: number;
  failures: TestResult[];
  /** The skipped tests, each with its reason. */
  skips: TestResult[];
  /** What the file wrote to standard error; shown when it failed. */
  errorOutput: string;
};

const GRACE_MS = 15_000;
const running = new Set<ChildProcess>();

/** Runs the file; every way to end other than success counts as a failure, also a file without any test. */
export async function runTestFile(
  root: string,
  path: string,
  options: { env: NodeJS.ProcessEnv; timeoutMs: number },
): Promise<FileReport> {
  const started = Date.now();
  const { stdout, stderr, ending } = await runToEnd(root, path, options);
  const { results, complete } = readTap(stdout);
  const failures = results.filter(({ outcome }) => outcome === 'failed');
  const count = (outcome: TestResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  const trouble = describeTrouble(ending, results, complete);
  if (trouble !== undefined && failures.length === 0) failures.push({ name: trouble, outcome: 'failed', details: [] });
  return {
    path,
    passed: count('passed'),
    failed: failures.length,
    skipped: count('skipped'),
    seconds: (Date.now() - started) / 1000,
    failures,
    skips: results.filter(({ outcome }) => outcome === 'skipped'),
    errorOutput: stderr,
  };
}

/** Ends all files that still run and waits for them. */
export async function stopRunningFiles(): Promise<void> {
  await Promise.all([...running].map((child) => endChild(child)));
}

function describeTrouble(ending: string, results: TestResult[], complete: boolean): string | undefined {
  if (ending !== 'exit code 0') return `the file ended with ${ending}`;
  if (results.length === 0) return 'the file ran no test';
  return complete ? undefined : 'the file ended before its plan was complete';
}

function runToEnd(
  root: string,
  path: string,
  { env, timeoutMs }: { env: NodeJS.ProcessEnv; timeoutMs: number },
): Promise<{ stdout: string; stderr: string; ending: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output.stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (output.stderr += chunk));
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      void endChild(child);
    }, timeoutMs);
    const finish = (ending: string): void => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ ...output, ending: late ? `no result after ${timeoutMs / 1000} s` : ending });
    };
    child.on('error', (error) => finish(error.message));
    child.on('exit', (code, signal) => {
      // A grandchild that holds the pipes must not hold the run; what it still says is lost.
      const drained = new Promise((done) => child.on('close', done));
      void Promise.race([drained, new Promise((done) => setTimeout(done, 2_000).unref())]).then(() =>
        finish(signal === null ? `exit code ${code}` : `signal ${signal}`),
      );
    });
  });
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await ended;
  clearTimeout(timer);
}
