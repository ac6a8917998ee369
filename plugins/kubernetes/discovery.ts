// Knows under which path an API server serves a kind, and whether its objects stand in namespaces.
import type { Properties } from '../kit/values.ts';
import { isNotFound, NoMatchError } from './api-error.ts';
import type { AskApi } from './connection.ts';
import { groupOf, pluck, pluckList, pluckText, type ObjectKey } from './object.ts';

/** How a kind is served. */
export type ServedKind = { plural: string; namespaced: boolean };

type Kind = Pick<ObjectKey, 'apiVersion' | 'kind'>;

/** Asks once for each group and version, and again when a kind is missing. */
export class Discovery {
  readonly #ask: AskApi;
  readonly #groups = new Map<string, Promise<Map<string, ServedKind>>>();

  constructor(ask: AskApi) {
    this.#ask = ask;
  }

  /** How a kind is served; throws when it is not. */
  async get(kind: Kind, signal: AbortSignal): Promise<ServedKind> {
    const known = this.#groups.has(kind.apiVersion);
    const found = (await this.#list(kind.apiVersion, signal)).get(kind.kind);
    if (found) return found;
    // It may have come to be meanwhile, by a definition that this very process applied.
    if (known) {
      this.forget(kind.apiVersion);
      const again = (await this.#list(kind.apiVersion, signal)).get(kind.kind);
      if (again) return again;
    }
    this.forget(kind.apiVersion);
    throw new NoMatchError(kind);
  }

  /** Lets a group be asked for anew. */
  forget(apiVersion: string): void {
    this.#groups.delete(apiVersion);
  }

  #list(apiVersion: string, signal: AbortSignal): Promise<Map<string, ServedKind>> {
    const known = this.#groups.get(apiVersion);
    if (known) return known;
    const asked = this.#fetch(apiVersion, signal);
    this.#groups.set(apiVersion, asked);
    asked.catch(() => this.forget(apiVersion));
    return asked;
  }

  async #fetch(apiVersion: string, signal: AbortSignal): Promise<Map<string, ServedKind>> {
    const path = `${groupPath(apiVersion)}`;
    let answer: Properties;
    try {
      answer = await this.#ask({ method: 'GET', path, signal });
    } catch (error) {
      if (isNotFound(error)) return new Map();
      throw error;
    }
    const kinds = new Map<string, ServedKind>();
    for (const each of pluckList(answer, 'resources')) {
      const [plural, kind] = [pluckText(each, 'name'), pluckText(each, 'kind')];
      // `deployments/scale` is a part of another.
      if (plural === '' || plural.includes('/')) continue;
      kinds.set(kind, { plural, namespaced: pluck(each, 'namespaced') === true });
    }
    return kinds;
  }
}

/** The path of a group and version. */
export function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** The kinds of Kubernetes itself that stand in no namespace, so that nobody needs to be asked for them. */
const CLUSTER_WIDE = new Set([
  'APIService',
  'CSIDriver',
  'CSINode',
  'CertificateSigningRequest',
  'ClusterRole',
  'ClusterRoleBinding',
  'ComponentStatus',
  'CustomResourceDefinition',
  'FlowSchema',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PriorityClass',
  'PriorityLevelConfiguration',
  'RuntimeClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
  'VolumeAttachment',
]);

/** Whether a kind of Kubernetes itself stands in namespaces; undefined for any other kind. */
export function findKnownScope({ apiVersion, kind }: Kind): boolean | undefined {
  return isBuiltIn(apiVersion) ? !CLUSTER_WIDE.has(kind) : undefined;
}

const BUILT_IN = new Set([
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
]);

/** Whether a group is Kubernetes' own. */
export function isBuiltIn(apiVersion: string): boolean {
  return BUILT_IN.has(groupOf(apiVersion));
}
