// What crosses the pipes between a worker and a runner: the request, the runner's messages and the verdict.

import type { Layer, LayerInputs, StackProvider } from '../../stacks/registry.ts';
import type { EngineFailure } from './classify-failure.ts';
import type { KnownState } from './known-state.ts';
import type { DoubtfulCreate } from './pending-creates.ts';

/** What one runner does to one stack. */
export type EngineAction = 'preview' | 'up' | 'refresh' | 'destroy';

/** Everything a runner needs; it reaches the child on its standard input, never in argv. */
export type RunnerRequest = {
  action: EngineAction;
  provider: StackProvider;
  layer: Layer;
  inputs: LayerInputs[Layer];
  stack: {
    name: string;
    passphrase: string;
    /** Pulumi's `encryptionsalt` for that passphrase. */
    salt: string;
  };
  pulumi: { binary: string; home: string };
  /** URL of Pulumi's state database, with its password. */
  backendUrl: string;
  workDir: string;
  /** The state, where nothing has to be put right; the worker stores it as the snapshot by itself. The runner asks the CLI without it. */
  known?: KnownState;
  /**
   * The stack is unsettled: an earlier runner of it did not end in order. Its processes are proven dead; the lock it may have
   * left is cleared, and what it was creating is looked for in the cloud before anything else runs.
   */
  recover: boolean;
  /** Creations that an earlier runner left in doubt, as they are kept with the stack. */
  doubtful: DoubtfulCreate[];
  /** When the lease ends unless the worker says otherwise, on the host's monotonic clock: the runner ends itself then. */
  deadline: number;
  /** Milliseconds between two looks at a resource that the cloud is still making. */
  settlePauseMilliseconds: number;
};

/** Progress, as NDJSON on descriptor 3. `planned` and `done` count resources, without Pulumi's own. */
export type RunnerEvent =
  | { type: 'planned'; planned: number }
  | ResourceEvent
  | { type: 'diagnostic'; severity: 'warning' | 'error'; resource?: string; message: string }
  | { type: 'recovered'; adopted: string[]; cleared: string[] };

/** What happens to one resource. */
export type ResourceEvent = {
  type: 'resource';
  op: string;
  resource: string;
  kind: string;
  state: 'started' | 'done' | 'failed';
  done: number;
};

/** How many resources an action created, updated, replaced, deleted and left alone. */
export type ResourceChanges = Record<'create' | 'update' | 'replace' | 'delete' | 'same', number>;

/**
 * The end of a step. `settled` says that the engine ended in order and left nothing in doubt; without it, and after `died` (no
 * verdict came, or the CLI was ended by force), nothing may run on the stack again before it was inspected.
 */
export type StepVerdict =
  | { outcome: 'succeeded'; outputs: Record<string, unknown>; changes: ResourceChanges }
  | { outcome: 'failed'; failure: EngineFailure; settled: boolean }
  | { outcome: 'cancelled'; settled: boolean }
  | { outcome: 'died'; detail: string };

/**
 * What the runner says on descriptor 4, which never meets a log. After `snapshot`, and before it changes a state that it was told, it
 * waits for the line `go`; after `doubtful` for the line `kept`.
 */
export type RunnerMessage =
  | { type: 'snapshot'; deployment: unknown }
  | { type: 'doubtful'; creations: DoubtfulCreate[] }
  | { type: 'verdict'; verdict: StepVerdict };

/** Lines a worker may send after the request. `alive` is followed by the new deadline. */
export type RunnerCommand = 'go' | 'kept' | 'cancel' | `alive ${number}`;
