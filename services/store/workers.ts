// Workers as they last told of themselves: what they could take on, and how much they do.

import type { Tx } from './transaction.ts';

/** What a worker tells of itself. */
export type WorkerReport = { owner: string; slots: number; running: number; memoryMb: number; reservedMb: number };

/** One that said nothing for so long is gone. */
const goneAfter = '1 day';

/** Writes what a worker tells of itself, and forgets those that have been silent for long. */
export async function reportWorker(
  tx: Tx,
  { owner, slots, running, memoryMb, reservedMb }: WorkerReport,
): Promise<void> {
  await tx.sql`
    insert into workers (owner, slots, running, memory_mb, reserved_mb)
    values (${owner}, ${slots}, ${running}, ${Math.round(memoryMb)}, ${Math.round(reservedMb)})
    on conflict (owner) do update set seen_at = clock_timestamp(), slots = excluded.slots, running = excluded.running,
      memory_mb = excluded.memory_mb, reserved_mb = excluded.reserved_mb
  `;
  await tx.sql`delete from workers where seen_at < clock_timestamp() - ${goneAfter}::interval`;
}

/** Forgets a worker that ends in order. */
export async function forgetWorker(tx: Tx, owner: string): Promise<void> {
  await tx.sql`delete from workers where owner = ${owner}`;
}
