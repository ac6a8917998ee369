// How long a step may take at most, by what it does, on which layer, at which provider; in seconds.

import { getLayerSpan, type Layer } from './layers.ts';
import { getManagedRules, isManagedProvider, type Provider } from './providers/registry.ts';
import type { EngineAction, PlainStepName } from './step-kinds.ts';

/** A step as it is stored. */
type TimedStep = { kind: string; action: string; layer: Layer | null };

const minutes = 60;

/** Reads every resource once, whatever the layer. */
const lookDeadline = 30 * minutes;

/** Null where the step waits for nothing by itself. */
const plainDeadlines = {
  'check reachable': 5 * minutes,
  'hub check': 5 * minutes,
  'hub member-ready': 15 * minutes,
  'hub drain': 15 * minutes,
  'hub detach': 5 * minutes,
  'hub place': 5 * minutes,
  'hub displace': 5 * minutes,
  'wait children': null,
  'record abandon': 15 * minutes,
} as const satisfies Record<PlainStepName, number | null>;

/** Seconds after which a step is stopped; null when it may take for ever. `provider` is that of the step's cluster. */
export function getStepDeadline(step: TimedStep, provider: Provider | undefined): number | null {
  if (step.kind === 'engine') return getEngineDeadline(step.action as EngineAction, step.layer, provider);
  const name = `${step.kind} ${step.action}`;
  return Object.hasOwn(plainDeadlines, name) ? plainDeadlines[name as PlainStepName] : lookDeadline;
}

function getEngineDeadline(action: EngineAction, layer: Layer | null, provider: Provider | undefined): number {
  if (action === 'preview' || action === 'refresh') return lookDeadline;
  if (layer === null || provider === undefined || !isManagedProvider(provider)) return lookDeadline;
  return getLayerSpan(layer, getManagedRules(provider).deadlines)[action];
}
