// Loads what every runner loads, and ends: what it compiles stays in NODE_COMPILE_CACHE, which runners can read and never write.

import '@pulumi/pulumi/automation/index.js';
import { clusterProviders, getProgram, type StackProvider } from '../../stacks/registry.ts';
import './open-stack.ts';
import './recover-stack.ts';

for (const provider of Object.keys(clusterProviders) as StackProvider[]) {
  for (const layer of ['network', 'cluster', 'membership'] as const) await getProgram(provider, layer);
}
process.exit(0);
