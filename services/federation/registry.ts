// Which federation engines are built: a folder and a row each.

import { FleetyardError } from '../domain/errors.ts';
import type { FederationAdapter } from './adapter.ts';
import { karmada } from './karmada/adapter.ts';

const adapters: Record<string, FederationAdapter> = { karmada };

/** The adapter of an engine. Throws `not-built-yet` for one that has none. */
export function getAdapter(engine: string): FederationAdapter {
  const adapter = adapters[engine];
  if (adapter === undefined) throw new FleetyardError('not-built-yet', `federation engine ${engine} is not built yet`);
  return adapter;
}
