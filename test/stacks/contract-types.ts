// The words that stacks and the domain both use are the same: the stacks may not import the domain, so types prove it here.

import { test } from 'tap';
import type { Schemas } from '../../services/contract/schemas.ts';
import type { ManagedCluster, NodePool } from '../../services/domain/cluster-spec.ts';
import { layers, type Layer } from '../../services/domain/layers.ts';
import { type BuiltProvider, isBuilt, providers } from '../../services/domain/providers/registry.ts';
import type * as stacks from '../../stacks/contract.ts';
import { clusterProviders, getProgram, type Layer as StackLayer, type StackProvider } from '../../stacks/registry.ts';

/** True for two types that are the very same, optional members and unions included; a mismatch does not compile. */
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** One object type, for an intersection or an `Omit` is another type to `Equal` than what it stands for. */
type Flat<T> = { [Key in keyof T]: T[Key] };

type Same = {
  providers: Equal<StackProvider, BuiltProvider>;
  layers: Equal<StackLayer, Layer>;
  taintEffects: Equal<stacks.TaintEffect, Schemas['Taint']['effect']>;
  access: Equal<Flat<stacks.AccessInputs>, Flat<ManagedCluster['access']>>;
  /** Programs never learn how a machine was asked for, and the domain never learns how many nodes run. */
  nodePools: Equal<Flat<Omit<stacks.NodePoolInputs, 'currentCount'>>, Flat<Omit<NodePool, 'machine'>>>;
  ranges: Equal<Flat<Omit<stacks.NetworkInputs, keyof stacks.BaseInputs>>, Flat<ManagedCluster['network']>>;
};

const same: Same = {
  providers: true,
  layers: true,
  taintEffects: true,
  access: true,
  nodePools: true,
  ranges: true,
};

test('the registry has the providers that the domain calls built', async (t) => {
  t.strictSame(Object.keys(clusterProviders).toSorted(), providers.filter(isBuilt).toSorted());
  t.ok(Object.values(same).every(Boolean));
});

test('every layer of the domain has a program at every provider', async (t) => {
  for (const provider of providers.filter(isBuilt)) {
    for (const layer of layers) t.type(await getProgram(provider, layer), 'function', `${provider} ${layer}`);
  }
});
