// What an API server has to hold to be a Karmada: its kinds of objects, the way to the server of clusters, and who is asked before a write.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Values } from '../../../ledger/resource.ts';
import { object, text } from '../../../clouds/values.ts';
import { ApiFailure, type ApiClient } from '../api-client.ts';

/** Karmada's own files, as its module has them. */
export type KarmadaFiles = { crds: string; deploy: string };

/** What the files leave open. */
export type HubAddresses = {
  /** PEM of the authority of all servers of the hub. */
  certificateAuthority: string;
  webhook: string;
  clusters: { host: string; port: number };
};

const SYSTEM_NAMESPACE = 'karmada-system';
/** Where the files think that the webhook is. */
const WEBHOOK_OF_FILES = 'https://karmada-webhook.karmada-system.svc:443';

/** Under which path each kind stands. */
const PATHS: Record<string, string> = {
  Namespace: '/api/v1/namespaces',
  Service: `/api/v1/namespaces/${SYSTEM_NAMESPACE}/services`,
  APIService: '/apis/apiregistration.k8s.io/v1/apiservices',
  CustomResourceDefinition: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  ClusterRole: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  ClusterRoleBinding: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  MutatingWebhookConfiguration: '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
  ValidatingWebhookConfiguration: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
};

/** Makes the kinds of objects, and the way to the server of clusters. */
export async function applyDefinitions(api: ApiClient, files: KarmadaFiles, addresses: HubAddresses): Promise<void> {
  await apply(api, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM_NAMESPACE } });
  const definitions = await readDefinitions(files.crds, addresses);
  await Promise.all([...definitions, ...describeClusterServer(addresses)].map((each) => apply(api, each)));
}

/** Makes the roles, and has the webhook asked from now on: it has to answer. */
export async function applyRules(api: ApiClient, files: KarmadaFiles, addresses: HubAddresses): Promise<void> {
  const names = ['admin-clusterrole-aggregation', 'cluster-proxy-admin-rbac', 'webhook-configuration'];
  const read = await Promise.all(names.map((name) => readObjects(join(files.deploy, `${name}.yaml`), addresses)));
  await Promise.all(read.flat().map((each) => apply(api, each)));
}

/** The definitions with what the patches beside them add: who converts between their versions. */
async function readDefinitions(folder: string, addresses: HubAddresses): Promise<Values[]> {
  const [bases, patches] = await Promise.all([listFiles(join(folder, 'bases')), listFiles(join(folder, 'patches'))]);
  const definitions = await readAll(bases, addresses);
  const byName = new Map((await readAll(patches, addresses)).map((patch) => [nameOf(patch), patch]));
  return definitions.map((definition) => {
    const added = object(byName.get(nameOf(definition)), 'spec');
    return { ...definition, spec: { ...object(definition, 'spec'), ...added } };
  });
}

/** The API server calls it by the name of a service, which leads to its address; the certificate has that name. */
function describeClusterServer({ certificateAuthority, clusters: { host, port } }: HubAddresses): Values[] {
  const name = 'karmada-aggregated-apiserver';
  const [namespace, group, version] = [SYSTEM_NAMESPACE, 'cluster.karmada.io', 'v1alpha1'];
  const spec = {
    group,
    version,
    groupPriorityMinimum: 2000,
    versionPriority: 10,
    caBundle: encode(certificateAuthority),
    service: { name, namespace, port },
  };
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { type: 'ExternalName', externalName: host },
    },
    { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: `${version}.${group}` }, spec },
  ];
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function readAll(files: readonly string[], addresses: HubAddresses): Promise<Values[]> {
  return (await Promise.all(files.map((file) => readObjects(file, addresses)))).flat();
}

async function readObjects(file: string, { certificateAuthority, webhook }: HubAddresses): Promise<Values[]> {
  const filled = (await readFile(file, 'utf8'))
    .replaceAll(WEBHOOK_OF_FILES, webhook)
    .replaceAll('{{caBundle}}', encode(certificateAuthority));
  return parseAllDocuments(filled)
    .map((document) => document.toJS() as Values | null)
    .filter((each): each is Values => each !== null);
}

/** Makes an object, or brings the one that is there to the same. */
async function apply(api: ApiClient, given: Values): Promise<void> {
  const path = PATHS[text(given, 'kind')];
  if (path === undefined) throw new Error(`nobody knows where a ${text(given, 'kind')} stands`);
  try {
    await api.call('POST', path, given);
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.status !== 409) throw error;
    await api.call('PATCH', `${path}/${nameOf(given)}`, given);
  }
}

function nameOf(given: Values): string {
  return text(object(given, 'metadata'), 'name');
}

function encode(pem: string): string {
  return Buffer.from(pem).toString('base64');
}
