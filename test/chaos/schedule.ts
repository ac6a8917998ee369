// What happens in a chaos run, drawn whole from its seed: the requests in their order, each followed by its faults.
import type { Schemas } from '../../services/contract/schemas.ts';
import { drawFault, drawFaultOfRecovery, isDeadly, type Fault, type FaultPlace } from './faults.ts';
import type { Moment } from './moment.ts';
import { createDice, type Dice } from './random.ts';

type Cluster = Schemas['ClusterRequest'];
type Fleet = Schemas['FleetRequest'];

/** What is made and changed. */
export type Subject = { kind: 'cluster'; document: Cluster } | { kind: 'fleet'; document: Fleet };

/** A call of the API. */
export type Request =
  | { ask: 'create' | 'apply'; subject: Subject }
  | { ask: 'delete' | 'cancel' | 'retry'; kind: Subject['kind']; name: string };

/** One entry of the schedule. */
export type Act = { at: Moment; request: Request; number: number } | { at: Moment; fault: Fault };

const regions = {
  eks: ['eu-central-1', 'eu-west-1'],
  aks: ['westeurope', 'northeurope'],
  gke: ['europe-west1', 'europe-west3'],
} as const;
/** The simulated credential that each provider uses. */
export const credentialOf = { eks: 'my-aws', aks: 'my-azure', gke: 'my-gcp' } as const;
type Provider = keyof typeof regions;
const providers = Object.keys(regions) as Provider[];
/** Clusters that stand at once at most: more would only take longer. */
const mostClusters = 9;

/** Draws the schedule: a pure function of its arguments. */
export function drawSchedule(options: { seed: number; operations: number; calm: boolean } & FaultPlace): Act[] {
  const dice = createDice(options.seed);
  const drawing = new Drawing(dice);
  const acts: Act[] = [];
  for (let number = 1; number <= options.operations; number += 1) {
    const request = drawing.drawRequest(number);
    const settled = number > 1 && dice.chance(0.35);
    acts.push({
      at: settled ? { when: 'settled', request: dice.between(1, number - 1) } : { when: 'now' },
      request,
      number,
    });
    // Drawn in any case, so that a calm run sends the same requests.
    const faults = dice.weigh({ 0: 2, 1: 4, 2: 3, 3: 1 });
    for (let index = 0; index < Number(faults); index += 1) {
      const drawn = drawFault(dice, options, number);
      const struck: Act[] = [drawn];
      // What is put right after a death can die, too.
      if (isDeadly(drawn.fault) && dice.chance(0.5)) {
        struck.push({ at: { when: 'recovering' }, fault: drawFaultOfRecovery(dice, options) });
      }
      if (!options.calm) acts.push(...struck);
    }
  }
  return acts;
}

/** Knows what the requests so far ask for, so that most of the next ones make sense. */
class Drawing {
  readonly #dice: Dice;
  readonly #subjects = new Map<string, { subject: Subject; standing: boolean }>();

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  drawRequest(number: number): Request {
    const dice = this.#dice;
    const standing = [...this.#subjects.values()].filter((each) => each.standing).map(({ subject }) => subject);
    const clusters = standing.reduce(
      (sum, each) => sum + (each.kind === 'fleet' ? each.document.clusters.length : 1),
      0,
    );
    const create = standing.length === 0 || (clusters < mostClusters && dice.chance(0.35));
    if (create) return this.#keep('create', this.#drawNew(number));
    const subject = dice.pick(standing);
    const { name } = subject.document;
    const ask = dice.weigh({ apply: 40, delete: 18, cancel: 22, retry: 20 });
    if (ask === 'apply') return this.#keep('apply', this.#drawChange(subject, number));
    if (ask === 'delete') this.#subjects.set(name, { subject, standing: false });
    return { ask, kind: subject.kind, name };
  }

  #keep(ask: 'create' | 'apply', subject: Subject): Request {
    this.#subjects.set(subject.document.name, { subject, standing: true });
    return { ask, subject };
  }

  #drawNew(number: number): Subject {
    const dice = this.#dice;
    const gone = [...this.#subjects.values()].filter((each) => !each.standing);
    // Its name is free again once it is deleted, and may be asked for while it is not.
    if (gone.length > 0 && dice.chance(0.25)) return dice.pick(gone).subject;
    if (dice.chance(0.4)) return { kind: 'cluster', document: this.#drawCluster(`solo-${number}`) };
    const name = `fleet-${number}`;
    const members = Array.from({ length: dice.between(1, 3) }, (_, index) => this.#drawCluster(`${name}-${index}`));
    const federation = { engine: 'karmada' as const, hub: { credential: 'my-hub' } };
    const document = { name, clusters: members, prune: true, ...(dice.chance(0.7) ? { federation } : {}) };
    return { kind: 'fleet', document };
  }

  #drawCluster(name: string): Cluster {
    const provider = this.#dice.pick(providers);
    return {
      name,
      provider,
      region: this.#dice.pick(regions[provider]),
      credential: credentialOf[provider],
      kubernetesVersion: '1.35',
      tags: { team: 'chaos' },
      nodePools: [{ name: 'general', machine: { cpu: 4, memoryGiB: 16 }, count: { min: 1, max: 2 } }],
    };
  }

  #drawChange(subject: Subject, number: number): Subject {
    const dice = this.#dice;
    if (subject.kind === 'cluster') return { kind: 'cluster', document: this.#alter(subject.document) };
    const { document } = subject;
    const members = [...document.clusters] as Cluster[];
    const how = dice.weigh({ alter: 6, add: members.length < 3 ? 3 : 0, drop: members.length > 1 ? 2 : 0 });
    const index = dice.below(members.length);
    if (how === 'alter') members[index] = this.#alter(members[index] as Cluster);
    if (how === 'add') members.push(this.#drawCluster(`${document.name}-n${number}`));
    if (how === 'drop') members.splice(index, 1);
    return { kind: 'fleet', document: { ...document, clusters: members } };
  }

  #alter(cluster: Cluster): Cluster {
    const [pool, ...others] = cluster.nodePools;
    const most = (pool?.count?.max ?? 1) + 1;
    if (pool === undefined || this.#dice.chance(0.3)) {
      return { ...cluster, tags: { ...cluster.tags, round: `r${this.#dice.below(10_000)}` } };
    }
    return { ...cluster, nodePools: [{ ...pool, count: { min: 1, max: most } }, ...others] };
  }
}
