// How long a step may take at most, by what it does, on which layer, at which provider; in seconds.

import type { Layer } from './layers.ts';
import { isManagedProvider, type Provider } from './providers/registry.ts';
import type { ManagedProvider } from './providers/rules.ts';
import type { EngineAction, PlainStepName } from './step-kinds.ts';

/** A step as it is stored. */
type TimedStep = { kind: string; action: string; layer: Layer | null };

type Span = { up: number; destroy: number };

const minutes = 60;

/**
 * Beyond what the clouds' own clients wait for by default, so that their verdict comes first: the Terraform providers wait 30 minutes for an EKS control plane and 60 for a
 * group of nodes, 90 for an AKS cluster and 60 for a pool, 40 for a GKE cluster and 30 for a pool; eksctl waits 25 for each stack of CloudFormation. A cluster layer makes the
 * control plane, then its pools side by side; an upgrade of the version goes through each in turn. Networks hang on their gateways, and their removal on interfaces that
 * a cloud gives back late.
 */
const layerDeadlines = {
  network: {
    eks: { up: 30 * minutes, destroy: 45 * minutes },
    aks: { up: 30 * minutes, destroy: 45 * minutes },
    gke: { up: 20 * minutes, destroy: 30 * minutes },
  },
  cluster: {
    eks: { up: 120 * minutes, destroy: 90 * minutes },
    aks: { up: 150 * minutes, destroy: 120 * minutes },
    gke: { up: 90 * minutes, destroy: 75 * minutes },
  },
  membership: everywhere({ up: 15 * minutes, destroy: 15 * minutes }),
} as const satisfies Record<Layer, Record<ManagedProvider, Span>>;

/** Reads every resource once, whatever the layer. */
const lookDeadline = 30 * minutes;

/** Null where the step waits for nothing by itself. */
const plainDeadlines = {
  'check reachable': 5 * minutes,
  'hub check': 5 * minutes,
  'hub member-ready': 15 * minutes,
  'hub detach': 5 * minutes,
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
  return layerDeadlines[layer][provider][action];
}

function everywhere(span: Span): Record<ManagedProvider, Span> {
  return { eks: span, aks: span, gke: span };
}
