// When what runs pods is ready: Deployments, StatefulSets, DaemonSets, ReplicationControllers, Jobs, and Pods themselves.
import type { Properties, PropertyValue } from '../../kit/values.ts';
import { pluck, pluckList, pluckNumber, pluckText } from '../object.ts';
import { findCondition, sayCondition } from './conditions.ts';
import { notYet, READY, type Finding } from './rule.ts';

/** The rollout is through: every wanted pod is of the newest template and available, and no other is left. */
export function judgeDeployment(deployment: Properties): Finding {
  const unseen = findUnseen(deployment);
  if (unseen) return unseen;
  const wanted = readReplicas(deployment);
  const [updated, total, available] = countPods(deployment, 'updatedReplicas', 'replicas', 'availableReplicas');
  const reasons = ['Progressing', 'Available', 'ReplicaFailure']
    .map((type) => findCondition(deployment, type))
    .filter((each) => each && (each.type === 'ReplicaFailure' ? each.status === 'True' : each.status !== 'True'))
    .map(sayCondition);
  if (updated < wanted) return notYet(`${updated} of ${wanted} pods are of the newest template`, ...reasons);
  if (total > updated) return notYet(`${total - updated} pods of an older template are still there`, ...reasons);
  if (available < wanted) return notYet(`${available} of ${wanted} pods are available`, ...reasons);
  return READY;
}

/** Every pod is ready and of the current revision. */
export function judgeStatefulSet(set: Properties): Finding {
  const unseen = findUnseen(set);
  if (unseen) return unseen;
  const wanted = readReplicas(set);
  const [ready, updated] = countPods(set, 'readyReplicas', 'updatedReplicas');
  if (ready < wanted) return notYet(`${ready} of ${wanted} pods are ready`);
  if (pluckText(set, 'spec', 'updateStrategy', 'type') === 'OnDelete') return READY;
  const kept = pluckNumber(set, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
  const renewed = Math.max(wanted - kept, 0);
  return updated < renewed ? notYet(`${updated} of ${renewed} pods are of the newest template`) : READY;
}

/** Every node that should run a pod runs one of the newest template. */
export function judgeDaemonSet(set: Properties): Finding {
  const unseen = findUnseen(set);
  if (unseen) return unseen;
  const wanted = pluckNumber(set, 'status', 'desiredNumberScheduled');
  const [updated, available] = countPods(set, 'updatedNumberScheduled', 'numberAvailable');
  const renews = pluckText(set, 'spec', 'updateStrategy', 'type') !== 'OnDelete';
  if (renews && updated < wanted) return notYet(`${updated} of ${wanted} pods are of the newest template`);
  return available < wanted ? notYet(`${available} of ${wanted} pods are available`) : READY;
}

/** Every wanted pod is available. */
export function judgeReplicationController(controller: Properties): Finding {
  const wanted = readReplicas(controller);
  const [available] = countPods(controller, 'availableReplicas');
  return available < wanted ? notYet(`${available} of ${wanted} pods are available`) : READY;
}

/** It ran to its end; a limit that was exceeded is final. */
export function judgeJob(job: Properties): Finding {
  const failed = findCondition(job, 'Failed');
  if (failed?.status === 'True') return { ready: false, failed: true, reasons: [sayCondition(failed)] };
  if (findCondition(job, 'Complete')?.status === 'True') return READY;
  const [active, succeeded, lost] = countPods(job, 'active', 'succeeded', 'failed');
  return notYet(`${active} pods are at work, ${succeeded} succeeded, ${lost} failed`);
}

/** It is ready, or ended well. */
export function judgePod(pod: Properties): Finding {
  if (pluckText(pod, 'status', 'phase') === 'Succeeded') return READY;
  const ready = findCondition(pod, 'Ready');
  if (ready?.status === 'True') return READY;
  const conditions = ['PodScheduled', 'Initialized', 'Ready']
    .map((type) => findCondition(pod, type))
    .filter((each) => each && each.status !== 'True')
    .map(sayCondition);
  return notYet(...conditions, ...explainContainers(pod));
}

/** What keeps the containers of a pod from running. */
export function explainContainers(pod: PropertyValue): string[] {
  const statuses = ['initContainerStatuses', 'containerStatuses'].flatMap((list) => pluckList(pod, 'status', list));
  return statuses.flatMap((status) => {
    const name = pluckText(status, 'name');
    const states = [
      ['state', 'waiting'],
      ['state', 'terminated'],
      ['lastState', 'terminated'],
    ];
    return states.flatMap((path) => {
      const [reason, message] = [pluckText(status, ...path, 'reason'), pluckText(status, ...path, 'message')];
      const usual = ['', 'ContainerCreating', 'PodInitializing', 'Completed'].includes(reason);
      return usual ? [] : [`container "${name}": [${reason}] ${message}`.trim()];
    });
  });
}

/** Status that speaks of an older spec says nothing. */
function findUnseen(object: Properties): Finding | undefined {
  const seen = pluck(object, 'status', 'observedGeneration');
  const current = typeof seen === 'number' && seen >= pluckNumber(object, 'metadata', 'generation');
  return current ? undefined : notYet('its controller has not seen the newest spec yet');
}

function readReplicas(object: Properties): number {
  const wanted = pluck(object, 'spec', 'replicas');
  return typeof wanted === 'number' ? wanted : 1;
}

function countPods<const Names extends string[]>(object: Properties, ...names: Names): { [K in keyof Names]: number } {
  return names.map((name) => pluckNumber(object, 'status', name)) as { [K in keyof Names]: number };
}
