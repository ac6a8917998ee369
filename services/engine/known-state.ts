// A stack's deployment as the worker read it where the CLI keeps it, before the runner starts: it spares the runner an export, which is a process of its own.

import type { Deployment } from './deployment.ts';
import { projectName } from './project-name.ts';

/** What stands in Pulumi's state; its secrets are sealed by the stack's passphrase. A stack that is not there has an empty deployment. */
export type KnownState = { exists: boolean; deployment: Deployment };

/** The same, unless the last runner was in the middle of something. */
export function findCalm(known: KnownState | undefined): KnownState | undefined {
  const { pending_operations: pending = [] } = known?.deployment.deployment ?? {};
  return pending.length === 0 ? known : undefined;
}

/** The version of the CLI's files that is known to be read rightly. */
const knownVersion = 3;

/** Where the CLI keeps a stack, below its database. */
export function stateKeyOf(stackName: string): string {
  return `.pulumi/stacks/${projectName}/${stackName}.json`;
}

/** Reads what lies there; null means that there is no stack. Undefined for anything that this program may not know: the CLI is asked then. */
export function readKnownState(text: string | null | undefined): KnownState | undefined {
  if (text === undefined) return undefined;
  if (text === null) return { exists: false, deployment: { version: knownVersion, deployment: {} } };
  const { version, checkpoint } = JSON.parse(text) as { version?: unknown; checkpoint?: { latest?: unknown } };
  if (version !== knownVersion || typeof checkpoint !== 'object' || checkpoint === null) return undefined;
  const deployment = (checkpoint.latest ?? {}) as Deployment['deployment'];
  return { exists: true, deployment: { version: knownVersion, deployment } };
}
