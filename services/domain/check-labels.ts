// Checks labels, taints and tags: the syntax of Kubernetes, and what the providers keep for themselves.

import type { Catalogue, CatalogueProvider } from '../../catalogue/types.ts';
import type { Schemas } from '../contract/schemas.ts';
import type { ErrorDetail } from './errors.ts';
import { pointerTo } from './pointers.ts';

const keyName = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const keyDomain = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const labelValue = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;

/** Our own tags start with this; the user's may not. */
export const ownTagPrefix = 'fleetyard-';

/** Where labels and tags are looked at. */
export type LabelContext = { catalogue: Catalogue; provider: CatalogueProvider; pointer: string };

/** Collects what is wrong with labels; keys in domains of Kubernetes or of the provider are refused. */
export function checkLabels(labels: Record<string, string>, context: LabelContext): ErrorDetail[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    const pointer = pointerTo(context.pointer, key);
    const fault = findKeyFault(key, context) ?? findValueFault(value);
    return fault === undefined ? [] : [{ pointer, message: fault, code: 'label-invalid' }];
  });
}

/** Collects what is wrong with the taints of a member: two of one key and effect, and keys that say something else here. */
export function checkMemberTaints(taints: readonly Schemas['MemberTaint'][]): ErrorDetail[] {
  const seen = new Set<string>();
  return taints.flatMap(({ key, effect }, index) => {
    const place = { pointer: `/memberTaints/${index}`, code: 'taint-invalid' };
    const name = `${key}:${effect}`;
    if (seen.has(name)) return [{ ...place, message: `The taint ${name} stands twice.` }];
    seen.add(name);
    return /^(fleetyard|cluster\.karmada)\.io\//.test(key)
      ? [
          {
            ...place,
            message: 'Keys of fleetyard.io and cluster.karmada.io are set by Fleetyard and by the hub alone.',
          },
        ]
      : [];
  });
}

/** Collects what is wrong with a pool's taints. */
export function checkTaints(taints: readonly Schemas['Taint'][], context: LabelContext): ErrorDetail[] {
  const { limits } = context.catalogue;
  const most = limits[context.provider].taintsPerPool;
  const details: ErrorDetail[] = [];
  if (taints.length > most) {
    details.push({ pointer: context.pointer, message: `A pool has at most ${most} taints.`, code: 'taint-invalid' });
  }
  const seen = new Set<string>();
  for (const [index, { key, value, effect }] of taints.entries()) {
    const pointer = `${context.pointer}/${index}`;
    const keyFault = findKeyFault(key, context);
    if (keyFault !== undefined) details.push({ pointer: `${pointer}/key`, message: keyFault, code: 'taint-invalid' });
    const valueFault = findValueFault(value ?? '');
    if (valueFault !== undefined)
      details.push({ pointer: `${pointer}/value`, message: valueFault, code: 'taint-invalid' });
    if (seen.has(`${key}:${effect}`)) {
      details.push({ pointer, message: `The taint ${key} with ${effect} stands here twice.`, code: 'duplicate' });
    }
    seen.add(`${key}:${effect}`);
  }
  return details;
}

/** Collects what is wrong with the user's tags. */
export function checkTags(tags: Record<string, string>, { catalogue, provider, pointer }: LabelContext): ErrorDetail[] {
  const rules = catalogue.tags[provider];
  const [keyPattern, valuePattern] = [new RegExp(rules.keyPattern, 'u'), new RegExp(rules.valuePattern, 'u')];
  const most = catalogue.limits[provider].tags;
  const details: ErrorDetail[] = [];
  if (Object.keys(tags).length > most) {
    details.push({ pointer, message: `${provider} leaves room for ${most} tags beside our own.`, code: 'tag-invalid' });
  }
  for (const [key, value] of Object.entries(tags)) {
    const at = pointerTo(pointer, key);
    if (key.startsWith(ownTagPrefix)) {
      details.push({ pointer: at, message: `Tags that start with ${ownTagPrefix} are our own.`, code: 'tag-invalid' });
    } else if (!keyPattern.test(key) || !valuePattern.test(value)) {
      details.push({
        pointer: at,
        message: `${provider} refuses this tag; it takes ${rules.text}.`,
        code: 'tag-invalid',
      });
    }
  }
  return details;
}

function findKeyFault(key: string, { catalogue, provider }: LabelContext): string | undefined {
  const slash = key.indexOf('/');
  const [domain, name] = slash < 0 ? [undefined, key] : [key.slice(0, slash), key.slice(slash + 1)];
  if (!keyName.test(name) || (domain !== undefined && !keyDomain.test(domain))) {
    return `${key} is not a label key: an optional DNS name and a slash, then at most 63 letters, digits, dots, hyphens or underscores.`;
  }
  const reserved = [...catalogue.reservedLabels.any, ...catalogue.reservedLabels[provider]];
  const owner = reserved.find((known) => domain === known || domain?.endsWith(`.${known}`));
  return owner === undefined ? undefined : `Keys in ${owner} are kept for Kubernetes and the provider.`;
}

function findValueFault(value: string): string | undefined {
  if (labelValue.test(value)) return undefined;
  return `${JSON.stringify(value)} is not a label value: at most 63 letters, digits, dots, hyphens or underscores.`;
}
