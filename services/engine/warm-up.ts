// Loads what every runner loads, and ends: what it compiles stays in NODE_COMPILE_CACHE, which runners can read and never write.

import { leaveOutUnneeded } from './lean-imports.ts';

leaveOutUnneeded();
await import('./perform.ts');
const { clusterProviders, getProgram } = await import('../../stacks/registry.ts');

for (const provider of Object.keys(clusterProviders) as (keyof typeof clusterProviders)[]) {
  for (const layer of ['network', 'cluster', 'addons', 'membership'] as const) await getProgram(provider, layer);
}
process.exit(0);
