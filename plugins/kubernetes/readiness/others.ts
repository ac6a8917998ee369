// When other objects are ready: Namespaces, Secrets of tokens, Services, Ingresses, volumes and quotas.
import { isDeepStrictEqual } from 'node:util';
import { isObject, type Properties } from '../../kit/values.ts';
import { keyOf, pluck, pluckList, pluckObject, pluckText, type ObjectKey } from '../object.ts';
import { notYet, READY, type Finding, type Look } from './rule.ts';

const TOKEN = 'kubernetes.io/service-account-token';
/** Endpoints are written some time after their Service; a Service without any pod has to be told from one whose pods come. */
const SETTLED_MILLISECONDS = 10_000;

/** It takes objects. */
export function judgeNamespace(namespace: Properties): Finding {
  const phase = pluckText(namespace, 'status', 'phase');
  return phase === 'Active' ? READY : notYet(`its phase is "${phase}"`);
}

/** The token controller has filled it, where it is to hold a token. */
export function judgeSecret(secret: Properties): Finding {
  if (pluckText(secret, 'type') !== TOKEN) return READY;
  if (Object.keys(pluckObject(secret, 'data')).length > 0) return READY;
  const account = pluckText(secret, 'metadata', 'annotations', 'kubernetes.io/service-account.name');
  return notYet(`no token was issued for the service account "${account}"; does it exist?`);
}

/** It has the addresses of pods, where it selects any, and a way in from outside, where it asks for one. */
export async function judgeService(service: Properties, look: Look): Promise<Finding> {
  const type = pluckText(service, 'spec', 'type');
  if (type === 'LoadBalancer' && pluckList(service, 'status', 'loadBalancer', 'ingress').length === 0) {
    return notYet('Service was not allocated an IP address; does your cloud provider support this?');
  }
  const headless = pluckText(service, 'spec', 'clusterIP') === 'None';
  const selects = Object.keys(pluckObject(service, 'spec', 'selector')).length > 0;
  if (type === 'ExternalName' || headless || !selects) return READY;
  const { ready, pending } = await countAddresses(keyOf(service), look);
  if (pending === 0 && (ready > 0 || look.waited >= SETTLED_MILLISECONDS)) return READY;
  return notYet(
    ready > 0
      ? `${pending} of its pods are not ready`
      : "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match labels on any Pods",
  );
}

async function countAddresses({ namespace, name }: ObjectKey, look: Look): Promise<{ ready: number; pending: number }> {
  const endpoints = await look.find({ apiVersion: 'v1', kind: 'Endpoints', namespace, name });
  const subsets = pluckList(endpoints ?? {}, 'subsets');
  const count = (list: string) => subsets.reduce<number>((sum, each) => sum + pluckList(each, list).length, 0);
  return { ready: count('addresses'), pending: count('notReadyAddresses') };
}

/** It has a way in. */
export function judgeIngress(ingress: Properties): Finding {
  if (pluckList(ingress, 'status', 'loadBalancer', 'ingress').length > 0) return READY;
  return notYet('Ingress .status.loadBalancer field was not updated with a hostname/IP address');
}

/** It is bound; or waits, as its class wants, for the pod that uses it. */
export async function judgeVolumeClaim(claim: Properties, look: Look): Promise<Finding> {
  const phase = pluckText(claim, 'status', 'phase');
  if (phase === 'Bound') return READY;
  const name = pluckText(claim, 'spec', 'storageClassName');
  const storage = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', namespace: '', name };
  const found = name === '' ? undefined : await look.find(storage);
  const waits = pluckText(found ?? {}, 'volumeBindingMode') === 'WaitForFirstConsumer';
  return waits && phase === 'Pending' ? READY : notYet(`its phase is "${phase}" (storage class "${name}")`);
}

/** It can be claimed, or is. */
export function judgeVolume(volume: Properties): Finding {
  const phase = pluckText(volume, 'status', 'phase');
  return phase === 'Available' || phase === 'Bound' ? READY : notYet(`its phase is "${phase}"`);
}

/** Its controller has taken the limits over. */
export function judgeQuota(quota: Properties): Finding {
  const [hard, shown] = [pluck(quota, 'spec', 'hard'), pluck(quota, 'status', 'hard')];
  const taken = isObject(hard) && isObject(shown) && isDeepStrictEqual(hard, shown);
  return taken ? READY : notYet('its controller has not taken its limits over');
}
