// One program that is kept running: started again when it ends, later and later when it ends at once, and ended by the kernel when this process is gone.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';

/** What is to run. */
export type ProgramPlan = {
  /** Names the process and its log. */
  name: string;
  program: string;
  args: string[];
  /** All of its environment. */
  environment: Record<string, string>;
  /** Whether nothing can be had without it; one that ends by itself again and again is a failure then. */
  vital?: boolean;
};

/** Where it runs, and who hears of it. */
export type ProgramPlace = {
  folder: string;
  logFile: string;
  /** Called once, when a vital program does not stay. */
  onFailure(reason: string): void;
};

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** A program that ran so long has stood. */
const STOOD_MS = 10_000;
const MOST_QUICK_ENDS = 6;
const LOG_LIMIT_BYTES = 10_000_000;
/** Lets the kernel end a child with its parent, however that goes; part of util-linux. */
const SETPRIV = '/usr/bin/setpriv';

/** A program that is kept running until it is stopped. */
export class SupervisedProcess {
  readonly #plan: ProgramPlan;
  readonly #place: ProgramPlace;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #pauseMs = FIRST_PAUSE_MS;
  #quickEnds = 0;

  constructor(plan: ProgramPlan, place: ProgramPlace) {
    this.#plan = plan;
    this.#place = place;
    this.#start();
  }

  get name(): string {
    return this.#plan.name;
  }

  /** Undefined between an end and the next start. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Ends it for good: asks first where there is a grace, and waits until it is gone. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    child?.kill(graceMs > 0 ? 'SIGTERM' : 'SIGKILL');
    const late = setTimeout(() => child?.kill('SIGKILL'), graceMs);
    await this.#ended;
    clearTimeout(late);
  }

  /** The last line that it wrote. */
  readLastWords(): string {
    try {
      return readFileSync(this.#place.logFile, 'utf8').trimEnd().split('\n').at(-1)?.slice(0, 500) ?? '';
    } catch {
      return '';
    }
  }

  #start(): void {
    const { program, args, environment } = this.#plan;
    const { folder, logFile } = this.#place;
    const begun = performance.now();
    let log: number;
    try {
      log = openLog(logFile);
    } catch (error) {
      // Its folder has gone, of which whoever watches over the data will hear.
      return this.#startAgain(begun, (error as Error).message, true);
    }
    const [command, line] = existsSync(SETPRIV)
      ? [SETPRIV, ['--pdeathsig', 'KILL', '--', program, ...args]]
      : [program, args];
    // A session of its own: Ctrl-C in a terminal is for the daemon, which stops its programs itself.
    const options = {
      cwd: folder,
      env: environment,
      detached: true,
      stdio: ['ignore', log, log] as ('ignore' | number)[],
    };
    const child = spawn(command, line, options);
    closeSync(log);
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      const end = (how: string, byItself: boolean): void => {
        if (this.#child !== child) return;
        this.#child = undefined;
        resolve();
        if (!this.#stopped) this.#startAgain(begun, how, byItself);
      };
      child.once('error', (error) => end(error.message, true));
      child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`, signal === null));
    });
  }

  #startAgain(begun: number, how: string, byItself: boolean): void {
    const stood = performance.now() - begun > STOOD_MS;
    this.#pauseMs = stood ? FIRST_PAUSE_MS : this.#pauseMs;
    this.#quickEnds = stood || !byItself ? 0 : this.#quickEnds + 1;
    if (this.#plan.vital === true && this.#quickEnds >= MOST_QUICK_ENDS) {
      this.#stopped = true;
      this.#place.onFailure(`${this.name} does not stay (${how}): ${this.readLastWords()}`);
      return;
    }
    this.#timer = setTimeout(() => this.#start(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

function openLog(file: string): number {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}
