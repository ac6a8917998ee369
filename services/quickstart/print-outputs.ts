// Prints the outputs of every layer of the clusters that stand; certificates and other long texts only by their beginning.

import { stringify } from 'yaml';
import { unwrap, type FleetyardClient } from '../contract/client.ts';
import type { ClusterProgress } from './follow-fleet.ts';

const longest = 160;
const shown = 24;

/** Prints them by `say`, one block for each cluster. */
export async function printOutputs(
  client: FleetyardClient,
  clusters: readonly ClusterProgress[],
  say: (line: string) => void,
): Promise<void> {
  for (const { id, name, provider, phase } of clusters) {
    if (phase !== 'ready') continue;
    const outputs = unwrap(await client.GET('/v1/clusters/{cluster}/outputs', { params: { path: { cluster: id } } }));
    say('');
    say(`${name} (${provider}, simulated)`);
    for (const layer of outputs.layers) {
      say(`  ${layer.layer}`);
      say(stringify(shorten(layer.outputs), { lineWidth: 110 }).trimEnd().replaceAll(/^/gm, '    '));
    }
  }
}

/** A copy in which long texts, such as certificates, are cut to their beginning and their length. */
export function shorten(value: unknown): unknown {
  if (typeof value === 'string' && value.length > longest)
    return `${value.slice(0, shown)}… (${value.length} characters)`;
  if (Array.isArray(value)) return value.map(shorten);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shorten(item)]));
}
