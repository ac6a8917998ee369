// Which rule of readiness an object has: that of its annotation, or that of its kind, or none.
import type { Properties } from '../../kit/values.ts';
import { getAnnotation, groupOf, isAnnotated, pluckText } from '../object.ts';
import {
  judgeIngress,
  judgeNamespace,
  judgeQuota,
  judgeSecret,
  judgeService,
  judgeVolume,
  judgeVolumeClaim,
} from './others.ts';
import type { ReadinessRule } from './rule.ts';
import { parseWaitFor } from './wait-for.ts';
import {
  judgeDaemonSet,
  judgeDeployment,
  judgeJob,
  judgePod,
  judgeReplicationController,
  judgeStatefulSet,
} from './workloads.ts';

/** Nobody waits for an object that has it. */
export const SKIP_AWAIT = 'pulumi.com/skipAwait';

/** By group and kind; other kinds are ready as soon as they are there. */
const RULES: Record<string, ReadinessRule> = {
  '/Namespace': { judge: judgeNamespace, onRead: false },
  '/PersistentVolume': { judge: judgeVolume, onRead: false, patience: 300 },
  '/PersistentVolumeClaim': { judge: judgeVolumeClaim, onRead: false, patience: 300 },
  '/Pod': { judge: judgePod, onRead: true },
  '/ReplicationController': { judge: judgeReplicationController, onRead: false },
  '/ResourceQuota': { judge: judgeQuota, onRead: false, patience: 60 },
  // The official provider gives up after five seconds, which a control plane that has only just started may need.
  '/Secret': { judge: judgeSecret, onRead: false, patience: 30 },
  '/Service': { judge: judgeService, onRead: true },
  'apps/DaemonSet': { judge: judgeDaemonSet, onRead: true },
  'apps/Deployment': { judge: judgeDeployment, onRead: true },
  'apps/StatefulSet': { judge: judgeStatefulSet, onRead: true },
  'batch/Job': { judge: judgeJob, onRead: true },
  'networking.k8s.io/Ingress': { judge: judgeIngress, onRead: true },
};

/** The rule for a write; undefined when nothing has to be waited for. */
export function findRule(inputs: Properties): ReadinessRule | undefined {
  if (isAnnotated(inputs, SKIP_AWAIT)) return undefined;
  const waitFor = getAnnotation(inputs, 'pulumi.com/waitFor');
  return waitFor === '' ? findKindRule(inputs) : parseWaitFor(waitFor);
}

/** The rule for a refresh. */
export function findReadRule(inputs: Properties): ReadinessRule | undefined {
  if (isAnnotated(inputs, SKIP_AWAIT)) return undefined;
  const rule = findKindRule(inputs);
  return rule?.onRead ? rule : undefined;
}

function findKindRule(object: Properties): ReadinessRule | undefined {
  return RULES[`${groupOf(pluckText(object, 'apiVersion'))}/${pluckText(object, 'kind')}`];
}
