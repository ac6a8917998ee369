// The kinds of durable steps and what each does. Only engine steps run Pulumi.

/** What the engine does with a stack. */
export type EngineAction = 'preview' | 'up' | 'refresh' | 'destroy';

/** A step that no stack belongs to: `check` asks an API server, `hub` a federation's hub, `wait` holds for the children. */
export type PlainStep =
  | { kind: 'check'; action: 'reachable' }
  | { kind: 'hub'; action: 'check' | 'member-ready' | 'detach' }
  | { kind: 'wait'; action: 'children' };

/** A plain step by its two words. */
export type PlainStepName = { [S in PlainStep as S['kind']]: `${S['kind']} ${S['action']}` }[PlainStep['kind']];

/** Names a plain step. */
export function nameStep<S extends PlainStep>(step: S): PlainStepName {
  return `${step.kind} ${step.action}` as PlainStepName;
}

/** States of a step. */
export type StepState = 'pending' | 'running' | 'succeeded' | 'failed' | 'skipped';
