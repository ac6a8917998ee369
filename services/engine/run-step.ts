// The worker's side of an engine step: forks one runner, follows it, cancels it, and says how it ended.

import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { DoubtfulCreate } from './pending-creates.ts';
import { killStepProcesses } from './processes.ts';
import { readLines } from './read-lines.ts';
import { buildRunnerEnvironment, runnerFlags, type RunnerAccess } from './runner-environment.ts';
import type { RunnerCommand, RunnerEvent, RunnerMessage, RunnerRequest, StepVerdict } from './step-request.ts';

/** One engine step, as the worker orders it. */
export type EngineStep = {
  /** Unique for a step and an attempt; marks every process of the step. */
  stepKey: string;
  request: Omit<RunnerRequest, 'deadline'>;
  /**
   * What of the request takes a while to come by. The runner starts meanwhile and loads its program; it has nothing that it could act on
   * before. When this rejects the runner is ended, and `runStep` rejects with it.
   */
  state?: Promise<Pick<RunnerRequest, 'backendUrl' | 'known'>>;
  /** Where the step's processes put their temporary files; only their owner may enter it. */
  temporaryDir: string;
  access: RunnerAccess;
  /** Whom the step's processes run as; the worker's own user when it is left out. */
  user?: { uid: number; gid: number };
  /** The worker's environment, of which an allow-list is passed on. */
  baseEnvironment: Record<string, string | undefined>;
  onEvent(event: RunnerEvent): void;
  /**
   * Called before the runner changes anything, with the stack's deployment: in the clear, or as it came with the request. The runner
   * waits until it resolves.
   */
  onSnapshot(deployment: unknown): Promise<void>;
  /** Called with the creations that are in doubt by now, in the clear; the runner waits until it resolves. */
  onDoubtful(creations: DoubtfulCreate[]): Promise<void>;
  /** Asks for a graceful end: what is being created is finished or cancelled, the verdict is `cancelled`. */
  cancelSignal: AbortSignal;
  /** The lease is lost: every process of the step dies now and the verdict is `died`. */
  killSignal: AbortSignal;
  /** When the lease ends, on the monotonic clock, as far as it was extended by now. */
  getDeadline(): number;
  /** Milliseconds between two words of that to the runner, which ends itself when it hears none. */
  aliveMilliseconds: number;
  /** Milliseconds from a cancel to the kill. */
  cancelGrace: number;
  /** The program of the child; for tests. */
  program?: string;
};

const runnerFile = fileURLToPath(new URL('./runner.ts', import.meta.url));
const keptStderr = 4_000;

function send(child: ChildProcess, line: RunnerCommand): void {
  const stdin = child.stdin as Writable;
  if (!stdin.destroyed) stdin.write(`${line}\n`);
}

function startRunner(step: EngineStep): ChildProcess {
  const child = spawn(process.execPath, [...runnerFlags, step.program ?? runnerFile], {
    cwd: step.request.workDir,
    // A session of its own: a Ctrl-C in the worker's terminal must not reach the step.
    detached: true,
    ...(step.user === undefined ? {} : { uid: step.user.uid, gid: step.user.gid }),
    stdio: ['pipe', 'ignore', 'pipe', 'pipe', 'pipe'],
    env: buildRunnerEnvironment({
      base: step.baseEnvironment,
      stepKey: step.stepKey,
      home: step.request.pulumi.home,
      access: step.access,
      temporaryDir: step.temporaryDir,
      // The worker's home is closed to anybody else, and is nothing to a step.
      ...(step.user === undefined ? {} : { userHome: step.request.workDir }),
    }),
  });
  const stdin = child.stdin as Writable;
  // A runner that dies early breaks the pipe; its end is reported by `close`, not by this error.
  stdin.on('error', () => undefined);
  return child;
}

/** Tells the runner what to do. Nothing else may be sent before. */
async function sendRequest(child: ChildProcess, step: EngineStep): Promise<RunnerRequest> {
  const state = await step.state;
  const request: RunnerRequest = { ...step.request, ...state, deadline: step.getDeadline() };
  const stdin = child.stdin as Writable;
  if (!stdin.destroyed) stdin.write(`${JSON.stringify(request)}\n`);
  return request;
}

/**
 * Stores what the runner hands over, one after the other, beginning with a state that it was told. Its verdict counts only when all of that
 * was stored.
 */
async function followMessages(
  child: ChildProcess,
  step: EngineStep,
  asked: Promise<RunnerRequest>,
): Promise<StepVerdict | undefined> {
  let verdict: StepVerdict | undefined;
  let stored = Promise.resolve(true);
  const store = (work: () => Promise<void>, answer: RunnerCommand): void => {
    stored = stored.then(async (before) => {
      if (!before) return false;
      try {
        await work();
        send(child, answer);
        return true;
      } catch {
        // What is not stored must not be built on: this ends the runner.
        child.stdin?.destroy();
        return false;
      }
    });
  };
  const read = readLines<RunnerMessage>(child.stdio[4] as Readable, (message) => {
    if (message.type === 'verdict') verdict = message.verdict;
    if (message.type === 'snapshot') store(() => step.onSnapshot(message.deployment), 'go');
    if (message.type === 'doubtful') store(() => step.onDoubtful(message.creations), 'kept');
  });
  const { known, action } = await asked;
  if (known !== undefined && action !== 'preview') store(() => step.onSnapshot(known.deployment), 'go');
  await read;
  return (await stored) ? verdict : undefined;
}

/**
 * Tells the runner again and again how long the lease lasts, and passes on what the worker wants to end: a cancel once the runner was asked
 * at all, a kill at any time.
 */
function keepInTouch(child: ChildProcess, step: EngineStep, asked: Promise<unknown>): () => void {
  let deadline: NodeJS.Timeout | undefined;
  let alive: NodeJS.Timeout | undefined;
  let over = false;
  const tell = (): void => send(child, `alive ${step.getDeadline()}`);
  const begin = (): void => {
    if (!over) alive = setInterval(tell, step.aliveMilliseconds);
  };
  asked.then(begin, () => undefined);
  const kill = (): void => void killStepProcesses(step.stepKey).catch(() => child.kill('SIGKILL'));
  const cancel = (): void => {
    void asked.then(
      () => send(child, 'cancel'),
      () => undefined,
    );
    deadline = setTimeout(kill, step.cancelGrace);
  };
  step.cancelSignal.addEventListener('abort', cancel, { once: true });
  step.killSignal.addEventListener('abort', kill, { once: true });
  return () => {
    over = true;
    clearInterval(alive);
    clearTimeout(deadline);
    step.cancelSignal.removeEventListener('abort', cancel);
    step.killSignal.removeEventListener('abort', kill);
  };
}

/**
 * Runs one engine step to its end and leaves no process of it behind. Never rejects for what happens in the cloud: that is in the
 * verdict. Rejects only when processes survive SIGKILL, the runner cannot be started at all, or its state can't be opened.
 */
export async function runStep(step: EngineStep): Promise<StepVerdict> {
  // Whoever waits for it hears of its failure below, or the step never began.
  step.state?.catch(() => undefined);
  if (step.killSignal.aborted) return { outcome: 'died', detail: 'the lease was lost before the step began' };
  if (step.cancelSignal.aborted) return { outcome: 'cancelled', settled: false };
  const child = startRunner(step);
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-keptStderr);
  });
  void readLines<RunnerEvent>(child.stdio[3] as Readable, (event) => step.onEvent(event));
  const asked = sendRequest(child, step);
  // Without a request nothing would ever end it.
  asked.catch(() => child.kill('SIGKILL'));
  const told = followMessages(child, step, asked);
  told.catch(() => undefined);
  const leave = keepInTouch(child, step, asked);
  try {
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode, exitSignal) => resolve([exitCode, exitSignal]));
    });
    const [said] = await Promise.allSettled([told]);
    await killStepProcesses(step.stepKey);
    if (step.killSignal.aborted) return { outcome: 'died', detail: 'the lease was lost' };
    if (said.status === 'rejected') throw said.reason;
    const verdict = said.value;
    const end = signal === null ? `code ${code}` : `signal ${signal}`;
    const detail = `the runner ended with ${end} and no verdict${stderr === '' ? '' : `: ${stderr}`}`;
    return verdict ?? { outcome: 'died', detail };
  } finally {
    leave();
  }
}
