// What the service keeps about itself; every value is sealed.

import type { Tx } from './transaction.ts';

/** What a setting is sealed for. */
export const settingContext = (name: string): string => `settings/${name}`;

/** Finds a setting. Only the system may. */
export async function findSetting(tx: Tx, name: string): Promise<string | undefined> {
  const [row] = await tx.sql<{ valueEnc: Buffer }[]>`select value_enc from settings where name = ${name}`;
  return row === undefined ? undefined : tx.vault.open(row.valueEnc, settingContext(name)).toString('utf8');
}

/** Writes a setting, new or not. Only the system may. */
export async function saveSetting(tx: Tx, name: string, value: string): Promise<void> {
  await tx.sql`
    insert into settings (name, value_enc) values (${name}, ${tx.vault.seal(value, settingContext(name))})
    on conflict (name) do update set value_enc = excluded.value_enc, updated_at = now()
  `;
}
