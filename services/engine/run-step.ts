// The worker's side of an engine step: forks one runner, follows it, cancels it, and says how it ended.

import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { killStepProcesses } from './processes.ts';
import { buildRunnerEnvironment, type RunnerAccess } from './runner-environment.ts';
import type { RunnerCommand, RunnerEvent, RunnerMessage, RunnerRequest, StepVerdict } from './step-request.ts';

/** One engine step, as the worker orders it. */
export type EngineStep = {
  /** Unique for a step and an attempt; marks every process of the step. */
  stepKey: string;
  request: RunnerRequest;
  access: RunnerAccess;
  /** The worker's environment, of which an allow-list is passed on. */
  baseEnvironment: Record<string, string | undefined>;
  onEvent(event: RunnerEvent): void;
  /** Called before the runner changes anything, with the stack's deployment in the clear; the runner waits until it resolves. */
  onSnapshot(deployment: unknown): Promise<void>;
  /** Asks for a graceful end: what is being created is finished or cancelled, the verdict is `cancelled`. */
  cancelSignal: AbortSignal;
  /** The lease is lost: every process of the step dies now and the verdict is `died`. */
  killSignal: AbortSignal;
  /** Milliseconds from a cancel to the kill. */
  cancelGrace: number;
};

const runnerFile = fileURLToPath(new URL('./runner.ts', import.meta.url));
const keptStderr = 4_000;

function send(child: ChildProcess, line: RunnerCommand): void {
  const stdin = child.stdin as Writable;
  if (!stdin.destroyed) stdin.write(`${line}\n`);
}

function startRunner(step: EngineStep): ChildProcess {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', runnerFile], {
    cwd: step.request.workDir,
    // A session of its own: a Ctrl-C in the worker's terminal must not reach the step.
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe', 'pipe', 'pipe'],
    env: buildRunnerEnvironment({
      base: step.baseEnvironment,
      stepKey: step.stepKey,
      home: step.request.pulumi.home,
      access: step.access,
    }),
  });
  const stdin = child.stdin as Writable;
  // A runner that dies early breaks the pipe; its end is reported by `close`, not by this error.
  stdin.on('error', () => undefined);
  stdin.write(`${JSON.stringify(step.request)}\n`);
  return child;
}

function followMessages(child: ChildProcess, step: EngineStep, keep: (verdict: StepVerdict) => void): Promise<void> {
  const pending: Promise<void>[] = [];
  const lines = createInterface({ input: child.stdio[4] as Readable });
  lines.on('line', (line) => {
    const message = JSON.parse(line) as RunnerMessage;
    if (message.type === 'verdict') return keep(message.verdict);
    const stored = step.onSnapshot(message.deployment).then(() => send(child, 'go'));
    // Without its snapshot the runner may not go on: end it, the verdict becomes `died`.
    pending.push(stored.catch(() => child.stdin?.destroy() as void));
  });
  return new Promise((resolve) => lines.once('close', () => void Promise.all(pending).then(() => resolve())));
}

function followEvents(child: ChildProcess, step: EngineStep): void {
  const lines = createInterface({ input: child.stdio[3] as Readable });
  lines.on('line', (line) => step.onEvent(JSON.parse(line) as RunnerEvent));
}

/**
 * Runs one engine step to its end and leaves no process of it behind. Never rejects for what happens in the cloud: that is in the
 * verdict. Rejects only when processes survive SIGKILL or the runner cannot be started at all.
 */
export async function runStep(step: EngineStep): Promise<StepVerdict> {
  if (step.killSignal.aborted) return { outcome: 'died', detail: 'the lease was lost before the step began' };
  if (step.cancelSignal.aborted) return { outcome: 'cancelled' };
  const child = startRunner(step);
  let verdict: StepVerdict | undefined;
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-keptStderr);
  });
  followEvents(child, step);
  const messagesRead = followMessages(child, step, (found) => {
    verdict = found;
  });

  let deadline: NodeJS.Timeout | undefined;
  const kill = (): void => void killStepProcesses(step.stepKey).catch(() => child.kill('SIGKILL'));
  const cancel = (): void => {
    send(child, 'cancel');
    deadline = setTimeout(kill, step.cancelGrace);
  };
  step.cancelSignal.addEventListener('abort', cancel, { once: true });
  step.killSignal.addEventListener('abort', kill, { once: true });
  try {
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode, exitSignal) => resolve([exitCode, exitSignal]));
    });
    await messagesRead;
    await killStepProcesses(step.stepKey);
    if (step.killSignal.aborted) return { outcome: 'died', detail: 'the lease was lost' };
    const end = signal === null ? `code ${code}` : `signal ${signal}`;
    return (
      verdict ?? {
        outcome: 'died',
        detail: `the runner ended with ${end} and no verdict${stderr === '' ? '' : `: ${stderr}`}`,
      }
    );
  } finally {
    clearTimeout(deadline);
    step.cancelSignal.removeEventListener('abort', cancel);
    step.killSignal.removeEventListener('abort', kill);
  }
}
