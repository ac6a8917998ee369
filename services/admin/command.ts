// What a command on the host is, and how it opens the store.

import type { Config } from '../config.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { openVault, type Vault } from '../vault/vault.ts';

/** What the configuration says to commands. */
export type HostConfig = Pick<Config, 'database' | 'masterKeyFile' | 'tokenFile'>;

/** A command; what it returns is for whoever called it. */
export type Command = { usage: string; run(args: string[], config: HostConfig): Promise<string> };

/** Runs with the store open, as whoever does the work of the service. */
export async function withStore<T>(
  { database, masterKeyFile }: HostConfig,
  work: (store: Store, vault: Vault) => Promise<T>,
): Promise<T> {
  const vault = await openVault(masterKeyFile);
  const { url, limits } = database;
  const store = await openStore({ url, limits, max: 2, reserved: 1, vault, applicationName: 'fleetyard-admin' });
  try {
    return await work(store, vault);
  } finally {
    await store.close(1);
  }
}
