// Loads what a runner of a network of EKS loads, and ends.

import '../../services/engine/open-stack.ts';
import '../../services/engine/recover-stack.ts';
import { getProgram } from '../../stacks/registry.ts';

await getProgram('eks', 'network');
process.exit(0);
