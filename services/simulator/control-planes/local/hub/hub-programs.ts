// The programs of a hub, which is a whole Karmada: what each is told, and at which ports of the hub's address it listens.
import type { LoopbackPlace } from '../loopback-address.ts';
import type { Client } from '../identity-files.ts';
import { ADMINISTRATOR } from '../identity-files.ts';
import { locateFiles, MEMBER_PORTS, MEMBER_PROGRAMS, planApiServer, type MemberPaths } from '../member-programs.ts';
import type { GroupProgram } from '../process-group.ts';

const KARMADA_PROGRAMS = [
  'karmada-aggregated-apiserver',
  'karmada-controller-manager',
  'karmada-scheduler',
  'karmada-webhook',
] as const;

/** The names by which the toolchain knows them; etcd, API server and controller manager are those of members. */
export const HUB_PROGRAMS = [...MEMBER_PROGRAMS, ...KARMADA_PROGRAMS] as const;

/** Where the programs are. */
export type HubPaths = MemberPaths & Record<(typeof KARMADA_PROGRAMS)[number], string>;

/** What the programs of one hub are made of. */
export type HubPlan = { folder: string; place: LoopbackPlace; paths: HubPaths };

const USUAL_PORTS = {
  controllers: 10257,
  clusters: 7443,
  webhook: 8443,
  webhookHealth: 8000,
  webhookMetrics: 8080,
  karmadaHealth: 10357,
  karmadaMetrics: 8081,
  schedulerHealth: 10351,
  schedulerMetrics: 8082,
} as const;

/** The ports that have to be free. */
export const HUB_PORTS: readonly number[] = [...new Set([...MEMBER_PORTS, ...Object.values(USUAL_PORTS)])];

/** Karmada's own programs speak to its API server as the administrator, as they do where it is installed by its authors. */
export const HUB_CLIENTS: readonly Client[] = [
  ADMINISTRATOR,
  { name: 'kube-controller-manager', commonName: 'system:kube-controller-manager' },
  { name: 'karmada', commonName: 'system:karmada', organisations: ['system:masters'] },
];

/** The names in the certificate that all servers of the hub show: the API server calls one of them by its service. */
export const HUB_NAMES = ['*.karmada-system.svc', '*.karmada-system.svc.cluster.local'];

/** Of Kubernetes' own controllers a hub needs these few; what is propagated must not come to life in it. */
const CONTROLLERS = [
  'namespace',
  'garbagecollector',
  'serviceaccount-token',
  'ttl-after-finished',
  'clusterrole-aggregation',
];
const FRUGAL = { GOGC: '50' };
/** What swallows packets is found out in seconds instead of the 45 that the client library takes by itself. */
const IMPATIENT = { HTTP2_READ_IDLE_TIMEOUT_SECONDS: '3', HTTP2_PING_TIMEOUT_SECONDS: '2' };

/** A port of the hub. */
export function getPort({ shift }: LoopbackPlace, name: keyof typeof USUAL_PORTS): number {
  return USUAL_PORTS[name] + shift;
}

/** The API server. Nothing runs in a hub, so that accounts are given to no pods. */
export function planHubApiServer(plan: HubPlan): GroupProgram {
  const program = planApiServer(plan);
  return {
    ...program,
    args: [...program.args, '--disable-admission-plugins=StorageObjectInUseProtection,ServiceAccount'],
  };
}

/** What serves Karmada's clusters behind the API server. */
export function planClusterServer({ folder, place, paths }: HubPlan): GroupProgram {
  const { identity } = locateFiles(folder);
  const kubeconfig = `${identity}/karmada.kubeconfig`;
  const args = [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    `--etcd-servers=https://${place.address}:${2379 + place.shift}`,
    `--etcd-cafile=${identity}/etcd-ca.crt`,
    `--etcd-certfile=${identity}/etcd-client.crt`,
    `--etcd-keyfile=${identity}/etcd-client.key`,
    `--bind-address=${place.address}`,
    `--secure-port=${getPort(place, 'clusters')}`,
    `--tls-cert-file=${identity}/server.crt`,
    `--tls-private-key-file=${identity}/server.key`,
    '--audit-log-path=',
  ];
  return plan(paths, 'karmada-aggregated-apiserver', args);
}

/** What may start as soon as the API server answers. */
export function planHubControllers({ folder, place, paths }: HubPlan): GroupProgram[] {
  const { identity } = locateFiles(folder);
  const kubeconfig = `${identity}/kube-controller-manager.kubeconfig`;
  const controllers = [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    `--bind-address=${place.address}`,
    `--secure-port=${getPort(place, 'controllers')}`,
    `--tls-cert-file=${identity}/server.crt`,
    `--tls-private-key-file=${identity}/server.key`,
    `--controllers=${CONTROLLERS.join(',')}`,
    '--use-service-account-credentials=true',
    `--root-ca-file=${identity}/ca.crt`,
    `--service-account-private-key-file=${identity}/service-accounts.key`,
    '--leader-elect=false',
    '--profiling=false',
  ];
  const webhook = [
    `--kubeconfig=${identity}/karmada.kubeconfig`,
    `--bind-address=${place.address}`,
    `--secure-port=${getPort(place, 'webhook')}`,
    `--cert-dir=${identity}`,
    '--tls-cert-file-name=server.crt',
    '--tls-private-key-file-name=server.key',
    `--health-probe-bind-address=${place.address}:${getPort(place, 'webhookHealth')}`,
    `--metrics-bind-address=${place.address}:${getPort(place, 'webhookMetrics')}`,
    '--default-not-ready-toleration-seconds=2',
    '--default-unreachable-toleration-seconds=2',
  ];
  return [plan(paths, 'kube-controller-manager', controllers), plan(paths, 'karmada-webhook', webhook)];
}

/** What needs Karmada's own kinds of objects to be there. */
export function planKarmadaControllers({ folder, place, paths }: HubPlan): GroupProgram[] {
  const { identity } = locateFiles(folder);
  const asKarmada = (health: keyof typeof USUAL_PORTS, metrics: keyof typeof USUAL_PORTS) => [
    `--kubeconfig=${identity}/karmada.kubeconfig`,
    '--leader-elect=false',
    `--health-probe-bind-address=${place.address}:${getPort(place, health)}`,
    `--metrics-bind-address=${place.address}:${getPort(place, metrics)}`,
  ];
  const controllers = [
    ...asKarmada('karmadaHealth', 'karmadaMetrics'),
    // Off by default in 1.12: without it a member's workloads stay on it when it dies.
    '--feature-gates=Failover=true,PropagationPolicyPreemption=true,StatefulFailoverInjection=true',
    '--cluster-failure-threshold=4s',
    '--cluster-success-threshold=4s',
    '--failover-eviction-timeout=2s',
    '--cluster-status-update-frequency=2s',
    '--cluster-monitor-period=1s',
  ];
  const scheduler = [
    ...asKarmada('schedulerHealth', 'schedulerMetrics'),
    '--enable-scheduler-estimator=false',
    '--feature-gates=Failover=true',
  ];
  return [
    plan(paths, 'karmada-controller-manager', controllers, IMPATIENT),
    plan(paths, 'karmada-scheduler', scheduler),
  ];
}

/** Where the API server finds what it asks: the webhook, and the server of clusters. */
export function locateServers(place: LoopbackPlace): {
  webhook: string;
  clusters: { host: string; port: number };
} {
  return {
    webhook: `https://${place.address}:${getPort(place, 'webhook')}`,
    clusters: { host: place.address, port: getPort(place, 'clusters') },
  };
}

function plan(
  paths: HubPaths,
  name: keyof HubPaths,
  args: string[],
  environment: Record<string, string> = {},
): GroupProgram {
  return { name, program: paths[name], args, environment: { ...FRUGAL, ...environment } };
}
