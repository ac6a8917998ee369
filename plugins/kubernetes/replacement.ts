// Which properties of which kinds cannot change: another value needs another object.
import type { Properties } from '../kit/values.ts';
import { isBuiltIn } from './discovery.ts';
import { groupOf, pluck, pluckText } from './object.ts';
import type { Settings } from './settings.ts';

const NAME = ['kind', 'metadata.name', 'metadata.namespace'];

const CONTAINER = [
  'args',
  'command',
  'env',
  'image',
  'imagePullPolicy',
  'lifecycle',
  'livenessProbe',
  'ports',
  'readinessProbe',
  'resources',
  'securityContext',
  'stdin',
  'stdinOnce',
  'terminationMessagePath',
  'terminationMessagePolicy',
  'tty',
  'volumeDevices',
  'volumeMounts',
  'workingDir',
];

const POD = [
  'affinity',
  'automountServiceAccountToken',
  'dnsConfig',
  'dnsPolicy',
  'enableServiceLinks',
  'hostAliases',
  'hostIPC',
  'hostNetwork',
  'hostPID',
  'hostname',
  'imagePullSecrets',
  'nodeName',
  'nodeSelector',
  'overhead',
  'preemptionPolicy',
  'priority',
  'priorityClassName',
  'readinessGates',
  'restartPolicy',
  'runtimeClassName',
  'schedulerName',
  'securityContext',
  'serviceAccount',
  'serviceAccountName',
  'shareProcessNamespace',
  'subdomain',
  'terminationGracePeriodSeconds',
  'volumes',
  ...['containers', 'initContainers'].flatMap((list) => CONTAINER.map((name) => `${list}.${name}`)),
];

const VOLUME_SOURCES = [
  'awsElasticBlockStore',
  'azureDisk',
  'azureFile',
  'cephfs',
  'cinder',
  'csi',
  'fc',
  'flexVolume',
  'flocker',
  'gcePersistentDisk',
  'glusterfs',
  'hostPath',
  'iscsi',
  'local',
  'nfs',
  'photonPersistentDisk',
  'portworxVolume',
  'quobyte',
  'rbd',
  'scaleIO',
  'storageos',
  'vsphereVolume',
];

const inSpec = (names: string[]): string[] => names.map((name) => `spec.${name}`);

/** By group and kind; the official provider's table without versions that no supported Kubernetes serves. */
const FIXED: Record<string, string[]> = {
  'apps/DaemonSet': ['spec.selector'],
  'apps/Deployment': ['spec.selector'],
  'apps/StatefulSet': inSpec([
    'podManagementPolicy',
    'revisionHistoryLimit',
    'selector',
    'serviceName',
    'volumeClaimTemplates',
  ]),
  'batch/Job': inSpec(['completions', 'parallelism', 'selector', 'template']),
  'rbac.authorization.k8s.io/ClusterRoleBinding': ['roleRef'],
  'rbac.authorization.k8s.io/RoleBinding': ['roleRef'],
  'storage.k8s.io/StorageClass': ['parameters', 'provisioner'],
  '/PersistentVolume': inSpec(VOLUME_SOURCES),
  '/PersistentVolumeClaim': inSpec(['accessModes', 'selector', 'storageClassName', 'volumeName']),
  '/Pod': inSpec(POD),
  '/ResourceQuota': ['spec.scopes'],
  '/Secret': ['type'],
  '/Service': ['spec.clusterIP'],
};

/** The properties of an object whose change needs a new one. */
export function listFixedProperties(
  object: Properties,
  settings: Pick<Settings, 'configMapMutable' | 'secretMutable'>,
): string[] {
  const [apiVersion, kind] = [pluckText(object, 'apiVersion'), pluckText(object, 'kind')];
  if (!isBuiltIn(apiVersion)) return NAME;
  const immutable = pluck(object, 'immutable') === true;
  const key = `${groupOf(apiVersion)}/${kind}`;
  // What reads them does not see a change; another object makes pods start anew.
  if (key === '/Secret' && (!settings.secretMutable || immutable)) return [...NAME, 'type', 'stringData', 'data'];
  if (key === '/ConfigMap' && (!settings.configMapMutable || immutable)) return [...NAME, 'binaryData', 'data'];
  return [...NAME, ...(FIXED[key] ?? [])];
}
