// Loads what a runner of a network of EKS loads, and ends.

import { leaveOutUnneeded } from '../../services/engine/lean-imports.ts';

leaveOutUnneeded();
await import('../../services/engine/perform.ts');
const { getProgram } = await import('../../stacks/registry.ts');
await getProgram('eks', 'network');
process.exit(0);
