// Which faults there are, and how one is drawn: what breaks, for how long, and when.
import type { Dice } from './random.ts';
import type { Moment } from './moment.ts';

/** Types of the simulated clouds that faults strike, by the last word of their tokens. */
const types = {
  eks: ['Vpc', 'NatGateway', 'Role', 'Cluster', 'NodeGroup', 'Addon'],
  aks: ['ResourceGroup', 'VirtualNetwork', 'UserAssignedIdentity', 'ManagedCluster', 'AgentPool'],
  gke: ['Network', 'Subnetwork', 'Account', 'Cluster', 'NodePool'],
} as const;
/** What somebody may delete by hand without anything else in the way. */
const leaves = { eks: ['NodeGroup', 'Addon'], aks: ['AgentPool'], gke: ['NodePool'] } as const;

/** Where a fault of a simulated cloud strikes. */
export type CloudFaultKind =
  | 'throttle'
  | 'capacity'
  | 'timeout-after-create'
  | 'crash-after-create'
  | 'partial-create'
  | 'slow-create'
  | 'slow-delete';

/** Programs of a step. */
export type Program = 'runner' | 'cli' | 'plugin';

/** Programs of a local control plane. */
export type ControlProgram = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kwok';

/** A fault. What has `seconds` is lifted after them. */
export type Fault =
  | { fault: 'kill-worker' | 'kill-api'; target: number; seconds: number }
  | { fault: 'stop-worker' | 'stop-api'; target: number; seconds: number }
  | { fault: 'kill-step'; program: Program }
  | { fault: 'stop-step'; program: Program; seconds: number }
  | { fault: 'kill-control-plane'; program: ControlProgram; nth: number }
  | { fault: 'restart-postgres' | 'cut-postgres' | 'flush-redis' | 'restart-redis' }
  | { fault: 'hang-postgres' | 'hang-redis' | 'hang-cloud' | 'cut-cloud'; seconds: number }
  | { fault: 'skew-clock'; target: number; offsetSeconds: number; seconds: number }
  | { fault: CloudFaultKind; provider: keyof typeof types; type: string; count: number; seconds: number }
  | { fault: 'deleted-by-hand' | 'changed-by-hand'; provider: keyof typeof types; type: string };

/** A fault's kind. */
export type FaultKind = Fault['fault'];

/** What there is to break. */
export type FaultPlace = { workers: number; apis: number; controlPlanes: 'ledger' | 'local' };

const weights = {
  'kill-worker': 12,
  'stop-worker': 8,
  'kill-api': 5,
  'stop-api': 3,
  'kill-step': 16,
  'stop-step': 5,
  // There are none to kill where the ledger plays them, see `weighFaults`.
  'kill-control-plane': 0,
  'restart-postgres': 4,
  'cut-postgres': 5,
  'hang-postgres': 6,
  'flush-redis': 5,
  'restart-redis': 3,
  'hang-redis': 3,
  'hang-cloud': 3,
  'cut-cloud': 6,
  'skew-clock': 5,
  throttle: 3,
  capacity: 3,
  'timeout-after-create': 5,
  'crash-after-create': 5,
  'partial-create': 3,
  'slow-create': 6,
  'slow-delete': 4,
  'deleted-by-hand': 3,
  'changed-by-hand': 3,
} as const satisfies Record<FaultKind, number>;

/** Every kind of fault. */
export const faultKinds = Object.keys(weights) as FaultKind[];

/** On local control planes their programs are the likeliest victims. Elsewhere what a seed draws stays what it was. */
function weighFaults({ controlPlanes }: FaultPlace): Readonly<Record<FaultKind, number>> {
  return controlPlanes === 'local' ? { ...weights, 'kill-control-plane': 40 } : weights;
}

const controlPrograms = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kwok'] as const;
const programs = ['runner', 'cli', 'plugin'] as const;
const providers = Object.keys(types) as (keyof typeof types)[];

/** Draws one fault that follows a request, and its moment. */
export function drawFault(dice: Dice, place: FaultPlace, request: number): { fault: Fault; at: Moment } {
  const fault = drawKind(dice, place);
  return { fault, at: drawMoment(dice, fault, request) };
}

const deadly: readonly FaultKind[] = ['kill-worker', 'stop-worker', 'kill-step', 'hang-postgres'];

/** Whether an operation is likely to be found half done after it. */
export function isDeadly({ fault }: Fault): boolean {
  return deadly.includes(fault);
}

const weightsOfRecovery: Partial<Record<FaultKind, number>> = {
  'kill-worker': 3,
  'kill-step': 5,
  'cut-cloud': 4,
  'cut-postgres': 2,
  'hang-postgres': 2,
};

/** Draws a fault that strikes while something is being put right. */
export function drawFaultOfRecovery(dice: Dice, place: FaultPlace): Fault {
  const none = Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  return drawKind(dice, place, { ...none, ...weightsOfRecovery });
}

function drawKind(dice: Dice, place: FaultPlace, of: Readonly<Record<FaultKind, number>> = weighFaults(place)): Fault {
  const { workers, apis } = place;
  const fault = dice.weigh(of);
  const provider = dice.pick(providers);
  switch (fault) {
    case 'kill-worker':
    case 'stop-worker':
      return { fault, target: dice.below(workers), seconds: dice.between(1, 9) };
    case 'kill-api':
    case 'stop-api':
      return { fault, target: dice.below(apis), seconds: dice.between(1, 4) };
    case 'kill-step':
      return { fault, program: dice.pick(programs) };
    case 'stop-step':
      return { fault, program: dice.pick(programs), seconds: dice.between(2, 8) };
    case 'kill-control-plane':
      return { fault, program: dice.pick(controlPrograms), nth: dice.below(100) };
    case 'restart-postgres':
    case 'cut-postgres':
    case 'flush-redis':
    case 'restart-redis':
      return { fault };
    case 'hang-postgres':
    case 'hang-redis':
    case 'hang-cloud':
    case 'cut-cloud':
      return { fault, seconds: dice.between(2, 9) };
    case 'skew-clock': {
      const offsetSeconds = dice.between(5, 600) * (dice.chance(0.5) ? 1 : -1);
      return { fault, target: dice.below(apis), offsetSeconds, seconds: dice.between(5, 30) };
    }
    case 'deleted-by-hand':
      return { fault, provider, type: dice.pick<string>(leaves[provider]) };
    case 'changed-by-hand':
      return { fault, provider, type: dice.pick<string>(types[provider]) };
    default:
      return {
        fault,
        provider,
        type: dice.pick<string>(types[provider]),
        count: dice.between(1, 2),
        seconds: dice.between(1, 8),
      };
  }
}

/** What a cloud does is ordered at once, before the engine gets there; what strikes a process waits until it is at work. */
function drawMoment(dice: Dice, { fault }: Fault, request: number): Moment {
  if (fault === 'deleted-by-hand' || fault === 'changed-by-hand') return { when: 'working' };
  if (isOfCloud(fault)) return { when: 'now' };
  const when = dice.weigh({ now: 2, layer: 6, working: 3 });
  if (when !== 'layer') return { when };
  return { when, request, layer: dice.weigh({ network: 3, cluster: 4, addons: 2, membership: 2 }) };
}

function isOfCloud(fault: FaultKind): boolean {
  const ordered: FaultKind[] = ['throttle', 'capacity', 'timeout-after-create', 'crash-after-create', 'partial-create'];
  return ordered.includes(fault) || fault === 'slow-create' || fault === 'slow-delete';
}
