// `npm run rotate-master-key`: another master key for everything at rest, while the service runs.

import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { createProgressLine } from '../../toolchain/progress.mjs';
import { addAuditEvents, blankAuditEvent } from '../store/audit-events.ts';
import {
  chooseCurrentKey,
  countByKey,
  findCurrentKey,
  listOutdated,
  listTransactions,
  listUnprepared,
  rewrapPlaces,
  type KeyCounts,
} from '../store/master-keys.ts';
import { sealedColumns } from '../store/sealed-columns.ts';
import type { Store } from '../store/open-store.ts';
import { addMasterKey, removeMasterKey } from '../vault/master-keys.ts';
import type { Vault } from '../vault/vault.ts';
import { withStore, type Command } from './command.ts';

const usage = `Usage: npm run rotate-master-key -- add | run | status | remove KEY

The order, while the service runs:

  1. add           puts a new key into the key file. It opens and does not seal yet.
  2.               bring the key file to every host and restart every API and worker, one after another.
  3. run           makes the newest key of the file the current one, and wraps the data key of every sealed value anew.
                   It refuses while a process runs that lacks the key, may be killed and run again at any point, and
                   ends with the number of values under each key: it has failed unless all are under the new one.
  4. remove KEY    takes the old key out of the key file, once nothing is sealed under it. Bring the file to every host.

Backups that were made before need the old key: keep it where you keep them, and as long. status shows the numbers.

  DATABASE_URL                the database
  FLEETYARD_MASTER_KEY_FILE   the vault's key file`;

/** Values at once: safety copies may have a megabyte each. */
const batch = 25;
const looks = 20;
const pauseMilliseconds = 250;

type Show = ReturnType<typeof createProgressLine>['show'];

/** The command. */
export const rotateMasterKey: Command = {
  usage,
  async run(args, config) {
    const { positionals } = parseArgs({ args, allowPositionals: true });
    const [act = '', id = ''] = positionals;
    const file = config.masterKeyFile;
    switch (act) {
      case 'add':
        return `key ${await addMasterKey(file)} was added to ${file}; bring the file to every host, then restart every API and worker`;
      case 'status':
        return withStore(config, async (store) => describe(await readStanding(store)));
      case 'run': {
        const line = createProgressLine();
        return withStore(config, (store, vault) => rotate(store, vault, line.show)).finally(line.clear);
      }
      case 'remove':
        await withStore(config, (store) => refuseNeeded(store, id));
        await removeMasterKey(file, id);
        return `key ${id} is not in ${file} any more; bring the file to every host. Backups from before still need the key`;
      default:
        throw Object.assign(new Error(usage), { code: 'ERR_PARSE_ARGS_ACT' });
    }
  },
};

/** Makes the newest key the current one and wraps everything anew; returns the proof. */
export async function rotate(store: Store, vault: Vault, show: Show): Promise<string> {
  const [newest = ''] = vault.keyIds;
  const late = await store.asSystem(async (tx) => {
    const unprepared = await listUnprepared(tx, newest);
    if (unprepared.length === 0 && (await findCurrentKey(tx)) !== newest) {
      await chooseCurrentKey(tx, newest);
      const chosen = { resourceKind: 'master-key', resourceId: newest };
      await addAuditEvents(tx, [{ ...blankAuditEvent, kind: 'change', projectId: null, ...chosen }]);
    }
    return unprepared;
  });
  if (late.length > 0)
    throw new Error(`processes run that lack key ${newest}, and could open nothing of it: ${late.join(', ')}`);
  await awaitEarlier(store, show);
  const total = sum(await store.asSystem(countByKey), (count) => count.keyId !== newest);
  let done = 0;
  // What was moved or sealed meanwhile is found by the next look.
  for (let look = 0; look < looks; look += 1) {
    const before = done;
    for (const sealed of sealedColumns) {
      const places = await store.asSystem((tx) => listOutdated(tx, sealed));
      for (let at = 0; at < places.length; at += batch) {
        const some = places.slice(at, at + batch);
        done += await store.asSystem((tx) => rewrapPlaces(tx, sealed, { vault, places: some }));
        show({ subject: 'Master key', phase: `wrapping ${sealed.table}`, done: Math.min(done, total), total });
      }
    }
    if (done === before) break;
  }
  const standing = await readStanding(store);
  const left = sum(standing.counts, (count) => count.keyId !== newest);
  const proof = describe(standing);
  if (left > 0) throw new Error(`${proof}\n${left} values are not under key ${newest}: run this again`);
  return `${proof}\nall values are under key ${newest}`;
}

/** Waits for units of work that began before the key was chosen: they may still seal by the one before. */
async function awaitEarlier(store: Store, show: Show): Promise<void> {
  const earlier = new Set(await store.asSystem(listTransactions));
  for (;;) {
    const now = await store.asSystem(listTransactions);
    const left = now.filter((name) => earlier.has(name));
    if (left.length === 0) return;
    show({ subject: 'Master key', phase: `waiting for ${left.length} transactions that began before` });
    await delay(pauseMilliseconds);
  }
}

async function refuseNeeded(store: Store, id: string): Promise<void> {
  const { current, counts } = await readStanding(store);
  if (id === current) throw new Error(`key ${id} is the one that seals; run a rotation first`);
  const needed = sum(counts, ({ keyId }) => keyId === id);
  if (needed > 0) throw new Error(`${needed} values are sealed under key ${id}; run a rotation first`);
}

type Standing = { current: string | undefined; counts: KeyCounts };

function readStanding(store: Store): Promise<Standing> {
  return store.asSystem(async (tx) => ({ current: await findCurrentKey(tx), counts: await countByKey(tx) }));
}

function describe({ current, counts }: Standing): string {
  const lines = counts.map(({ keyId, table, column, values }) => `${keyId}  ${values} in ${table}.${column}`);
  return [`current key: ${current ?? 'none yet'}`, ...lines].join('\n');
}

function sum(counts: KeyCounts, isCounted: (count: KeyCounts[number]) => boolean): number {
  return counts.filter(isCounted).reduce((total, { values }) => total + values, 0);
}
