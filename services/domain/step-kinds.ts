// The kinds of durable steps and what each does. Only engine steps run Pulumi.

/** What the engine does with a stack. */
export type EngineAction = 'preview' | 'up' | 'refresh' | 'destroy';

/**
 * A step that no stack belongs to: `check` asks an API server, `hub` a federation's hub, `wait` holds for the children, `record` writes rows of
 * our own and reaches nothing outside.
 */
export type PlainStep =
  | { kind: 'check'; action: 'reachable' }
  | { kind: 'hub'; action: 'check' | 'member-ready' | 'drain' | 'detach' | 'place' | 'displace' }
  | { kind: 'wait'; action: 'children' }
  | { kind: 'record'; action: 'abandon' };

/** A plain step by its two words. */
export type PlainStepName = NameOf<PlainStep>;

type NameOf<S extends PlainStep> = S extends PlainStep ? `${S['kind']} ${S['action']}` : never;

/** Seconds that making or destroying something may take at most. */
export type Span = { up: number; destroy: number };

/** States of a step. */
export type StepState = 'pending' | 'running' | 'succeeded' | 'failed' | 'skipped';
