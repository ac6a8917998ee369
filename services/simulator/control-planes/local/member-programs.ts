// The programs of a member's control plane, with what each is told.
import { join } from 'node:path';
import type { LoopbackPlace } from './loopback-address.ts';
import { ADMINISTRATOR, type Client } from './identity-files.ts';
import type { GroupProgram } from './process-group.ts';

/** Where the programs are. */
export type MemberPaths = Record<(typeof MEMBER_PROGRAMS)[number], string>;

/** What the programs of one control plane are made of. */
export type MemberPlan = {
  folder: string;
  place: LoopbackPlace;
  paths: MemberPaths;
};

/** The names by which the toolchain knows them. */
export const MEMBER_PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'] as const;

/** Who speaks to a member's API server from inside. */
export const MEMBER_CLIENTS: readonly Client[] = [
  ADMINISTRATOR,
  { name: 'kube-controller-manager', commonName: 'system:kube-controller-manager' },
  { name: 'kube-scheduler', commonName: 'system:kube-scheduler' },
  // It plays every kubelet at once.
  { name: 'kwok', commonName: 'simulated-nodes', organisations: ['system:masters'] },
];

const USUAL_PORTS = { etcd: 2379, peers: 2380, api: 6443, controllers: 10257, scheduler: 10259 } as const;

/** The ports that have to be free. */
export const MEMBER_PORTS: readonly number[] = Object.values(USUAL_PORTS);

const SERVICES = '10.96.0.0/16';
/** Those of a cloud or of a real kubelet have nothing to do here, and one has nothing to measure. */
const IDLE_CONTROLLERS = ['horizontal-pod-autoscaler', 'node-ipam', 'node-route', 'service-lb', 'cloud-node-lifecycle'];
/** Tighter than Go's own rule, for there are several control planes on one machine. */
const FRUGAL = { GOGC: '50' };

/** `127.1.2.3:6443`. */
export function getAuthority({ address, shift }: LoopbackPlace): string {
  return `${address}:${USUAL_PORTS.api + shift}`;
}

/** Where the store listens. */
export function getStoreAddress({ address, shift }: LoopbackPlace): { host: string; port: number } {
  return { host: address, port: USUAL_PORTS.etcd + shift };
}

/** The paths of what is in a control plane's folder. */
export function locateFiles(folder: string) {
  return {
    identity: join(folder, 'identity'),
    store: join(folder, 'etcd'),
    /** There as soon as the store has been opened once. */
    storedData: join(folder, 'etcd', 'member'),
    authentication: join(folder, 'authentication.kubeconfig'),
    authorization: join(folder, 'authorization.kubeconfig'),
  };
}

/** The store: the first to come, the last to go. */
export function planStore({ folder, place, paths }: MemberPlan): GroupProgram {
  const { store, identity } = locateFiles(folder);
  const clients = `https://${place.address}:${USUAL_PORTS.etcd + place.shift}`;
  const peers = `https://${place.address}:${USUAL_PORTS.peers + place.shift}`;
  const secured = (prefix: string) => [
    `--${prefix}cert-file=${identity}/etcd.crt`,
    `--${prefix}key-file=${identity}/etcd.key`,
    `--${prefix}trusted-ca-file=${identity}/etcd-ca.crt`,
    `--${prefix}client-cert-auth=true`,
  ];
  const args = [
    '--name=local',
    `--data-dir=${store}`,
    `--listen-client-urls=${clients}`,
    `--advertise-client-urls=${clients}`,
    `--listen-peer-urls=${peers}`,
    `--initial-advertise-peer-urls=${peers}`,
    `--initial-cluster=local=${peers}`,
    ...secured(''),
    ...secured('peer-'),
    // What a machine loses with its power may be lost here.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
  return { name: 'etcd', program: paths.etcd, args, environment: FRUGAL, vital: true };
}

/** The API server. */
export function planApiServer({ folder, place, paths }: MemberPlan): GroupProgram {
  const { identity, authentication, authorization } = locateFiles(folder);
  const args = [
    `--bind-address=${place.address}`,
    `--advertise-address=${place.address}`,
    `--secure-port=${USUAL_PORTS.api + place.shift}`,
    // An endpoint on loopback would be refused.
    '--endpoint-reconciler-type=none',
    `--etcd-servers=https://${place.address}:${USUAL_PORTS.etcd + place.shift}`,
    `--etcd-cafile=${identity}/etcd-ca.crt`,
    `--etcd-certfile=${identity}/etcd-client.crt`,
    `--etcd-keyfile=${identity}/etcd-client.key`,
    `--service-cluster-ip-range=${SERVICES}`,
    `--client-ca-file=${identity}/ca.crt`,
    `--tls-cert-file=${identity}/server.crt`,
    `--tls-private-key-file=${identity}/server.key`,
    `--service-account-issuer=https://${getAuthority(place)}`,
    `--service-account-key-file=${identity}/service-accounts.pub`,
    `--service-account-signing-key-file=${identity}/service-accounts.key`,
    `--requestheader-client-ca-file=${identity}/front-proxy-ca.crt`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${identity}/front-proxy.crt`,
    `--proxy-client-key-file=${identity}/front-proxy.key`,
    // Who else a token belongs to, and what the cloud gave them, is for the cloud to say.
    `--authentication-token-webhook-config-file=${authentication}`,
    '--authentication-token-webhook-version=v1',
    '--authentication-token-webhook-cache-ttl=5s',
    '--authorization-mode=Node,RBAC,Webhook',
    `--authorization-webhook-config-file=${authorization}`,
    '--authorization-webhook-version=v1',
    '--authorization-webhook-cache-authorized-ttl=5s',
    '--authorization-webhook-cache-unauthorized-ttl=5s',
    '--profiling=false',
  ];
  return { name: 'kube-apiserver', program: paths['kube-apiserver'], args, environment: FRUGAL, vital: true };
}

/** What works on the API server's objects, in no order. */
export function planControllers({ folder, place, paths }: MemberPlan): GroupProgram[] {
  const { identity } = locateFiles(folder);
  const asClient = (name: string) => [`--kubeconfig=${identity}/${name}.kubeconfig`];
  const asServer = (name: string, port: number) => [
    ...asClient(name),
    `--authentication-kubeconfig=${identity}/${name}.kubeconfig`,
    `--authorization-kubeconfig=${identity}/${name}.kubeconfig`,
    `--bind-address=${place.address}`,
    `--secure-port=${port + place.shift}`,
    `--tls-cert-file=${identity}/server.crt`,
    `--tls-private-key-file=${identity}/server.key`,
    '--leader-elect=false',
    '--profiling=false',
  ];
  const controllers = [
    ...asServer('kube-controller-manager', USUAL_PORTS.controllers),
    `--controllers=*,${IDLE_CONTROLLERS.map((name) => `-${name}-controller`).join(',')}`,
    '--use-service-account-credentials=true',
    // With its own measure all caches are filled four seconds after the start; with this one at once.
    '--kube-api-qps=200',
    '--kube-api-burst=300',
    `--root-ca-file=${identity}/ca.crt`,
    `--service-account-private-key-file=${identity}/service-accounts.key`,
  ];
  const nodes = [
    ...asClient('kwok'),
    '--manage-all-nodes=true',
    `--node-ip=${place.address}`,
    '--node-lease-duration-seconds=40',
  ];
  const plan = (name: keyof MemberPaths, args: string[]) => ({ name, program: paths[name], args, environment: FRUGAL });
  return [
    plan('kube-controller-manager', controllers),
    plan('kube-scheduler', asServer('kube-scheduler', USUAL_PORTS.scheduler)),
    plan('kwok', nodes),
  ];
}
