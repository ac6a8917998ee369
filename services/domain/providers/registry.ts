// Every provider of the contract with its rules; one that is forgotten does not compile.

import type { Schemas } from '../../contract/schemas.ts';
import type { Cloud } from '../clouds.ts';
import { aks } from './aks.ts';
import { eks } from './eks.ts';
import { gke } from './gke.ts';
import type { HostsProvider, HostsRules, ManagedProvider, ManagedRules } from './rules.ts';

/** A provider that a request may name. */
export type Provider = Schemas['Provider'];

const managedRules = { eks, aks, gke } as const satisfies Record<ManagedProvider, ManagedRules>;
const hostsRules = { kubeadm: { on: 'hosts', built: false, cloud: 'ssh' } } as const satisfies Record<
  HostsProvider,
  HostsRules
>;
const rules = { ...managedRules, ...hostsRules } as const satisfies Record<Provider, ManagedRules | HostsRules>;

/** Every provider, in the order of the table. */
export const providers = Object.keys(rules) as Provider[];

/** A provider whose clusters can be made. */
export type BuiltProvider = {
  [P in Provider]: (typeof rules)[P] extends { built: false } ? never : P;
}[Provider];

/** Whether the clusters of a provider can be made. */
export function isBuilt(provider: Provider): provider is BuiltProvider {
  return rules[provider].built;
}

/** Whether a cloud runs the provider's clusters. */
export function isManagedProvider(provider: Provider): provider is ManagedProvider {
  return rules[provider].on === 'cloud';
}

/** The cloud whose credential a provider needs. */
export function getCloud(provider: Provider): Cloud {
  return rules[provider].cloud;
}

/** The rules of a provider whose clusters a cloud runs. */
export function getManagedRules(provider: ManagedProvider): ManagedRules {
  return managedRules[provider];
}
