// The processes of one control plane: started one by one, watched together with their data, and stopped together.
import { access, mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { killMarkedProcesses, MARKER } from './marked-processes.ts';
import { SupervisedProcess, type ProgramPlan } from './supervised-process.ts';

const LOOK_EVERY_MS = 1_000;
const GRACE_MS = 2_000;

/** A program as its control plane names it; the group adds what all of them have. */
export type GroupProgram = Omit<ProgramPlan, 'environment'> & { environment?: Record<string, string> };

/** The processes of one control plane. */
export class ProcessGroup {
  readonly #folder: string;
  readonly #onFailure: (reason: string) => void;
  readonly #processes: SupervisedProcess[] = [];
  #watch: NodeJS.Timeout | undefined;
  #failure: string | undefined;
  #stopping: Promise<void> | undefined;

  /** `folder` is the real path of what it has on disk; `onFailure` hears once that it can't go on, when all of it has ended. */
  constructor(folder: string, onFailure: (reason: string) => void) {
    this.#folder = folder;
    this.#onFailure = onFailure;
  }

  /** Why it can't go on, if it can't. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Starts a program, and keeps it running. */
  async start(program: GroupProgram): Promise<void> {
    const logs = join(this.#folder, 'logs');
    await mkdir(logs, { recursive: true, mode: 0o700 });
    if (this.#stopping) return;
    const environment = { ...program.environment, HOME: this.#folder, TMPDIR: this.#folder, [MARKER]: this.#folder };
    const place = {
      folder: this.#folder,
      logFile: join(logs, `${program.name}.log`),
      onFailure: (reason: string) => void this.#fail(reason),
    };
    this.#processes.push(new SupervisedProcess({ ...program, environment }, place));
  }

  /** Fails when one of these paths is not there any more: what runs without its data only seems to. */
  watch(paths: string[]): void {
    clearInterval(this.#watch);
    this.#watch = setInterval(() => {
      void Promise.all(paths.map((path) => access(path))).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') return;
        void this.#fail(`its data are gone: ${relative(this.#folder, error.path ?? '')}`);
      });
    }, LOOK_EVERY_MS);
    this.#watch.unref();
  }

  /** The processes that run now. */
  list(): { name: string; pid: number }[] {
    return this.#processes.flatMap(({ name, pid }) => (pid === undefined ? [] : [{ name, pid }]));
  }

  /** Ends them in order, the last one first; `hard` does not ask. */
  stop({ hard = false } = {}): Promise<void> {
    this.#stopping ??= this.#end(hard ? 0 : GRACE_MS);
    return this.#stopping;
  }

  async #end(graceMs: number): Promise<void> {
    clearInterval(this.#watch);
    const [first, ...others] = this.#processes;
    await Promise.all(others.map((each) => each.stop(graceMs)));
    // The store goes last, for the others still write while they end.
    await first?.stop(graceMs);
    await killMarkedProcesses(this.#folder);
  }

  async #fail(reason: string): Promise<void> {
    if (this.#stopping) return;
    this.#failure = reason;
    await this.stop({ hard: true });
    this.#onFailure(reason);
  }
}
