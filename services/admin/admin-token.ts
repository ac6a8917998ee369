// `npm run admin-token`: a new token of a platform administrator, for whoever has the database and the master keys.

import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { addAuditEvents, blankAuditEvent } from '../store/audit-events.ts';
import { createToken } from '../store/tokens.ts';
import { findSetting } from '../store/settings.ts';
import type { Store } from '../store/open-store.ts';
import { writeTokenFile } from '../process/token-file.ts';
import { createTokenText, hashToken } from '../vault/tokens.ts';
import { withStore, type Command } from './command.ts';

const usage = `Usage: npm run admin-token -- [--name NAME] [--days DAYS] [--file FILE]

Makes a platform-admin token when no other is left: when all have expired, or the last one was lost. It is written into
FILE, which only its owner can read, and shown nowhere. A file that holds a token that works is never replaced.

  --name NAME   of the token (default: host- and the time)
  --days DAYS   how long it works (default 30)
  --file FILE   default FLEETYARD_TOKEN_FILE, which is admin.token in FLEETYARD_DATA_DIR

  DATABASE_URL                the database
  FLEETYARD_MASTER_KEY_FILE   the vault's key file; it has to open what the database holds`;

const dayMilliseconds = 86_400_000;

/** The command. */
export const makeAdminToken: Command = {
  usage,
  async run(args, config) {
    const { values } = parseArgs({
      args,
      options: { name: { type: 'string' }, days: { type: 'string', default: '30' }, file: { type: 'string' } },
    });
    const days = Number(values.days);
    if (!(days > 0 && days <= 3650)) throw new Error('--days takes a number above 0 and up to 3650');
    const file = values.file ?? config.tokenFile;
    const now = new Date();
    const name =
      values.name ??
      `host-${now
        .toISOString()
        .replaceAll(/[-:]|\.\d+/g, '')
        .toLowerCase()}`;
    const expiresAt = new Date(now.getTime() + days * dayMilliseconds);
    await withStore(config, async (store) => {
      // Proves the right by the master key: the value opens, or the command ends here.
      await store.asSystem((tx) => findSetting(tx, 'state-login'));
      await refuseToReplace(store, file);
      const text = createTokenText();
      await store.asSystem(async (tx) => {
        const { id } = await createToken(tx, { name, role: 'platform-admin', hash: hashToken(text), expiresAt });
        const made = { resourceKind: 'token', resourceId: id, resourceName: name };
        await addAuditEvents(tx, [{ ...blankAuditEvent, kind: 'change', projectId: null, ...made }]);
        // Before the commit: a file without a row is of no use, a row without a file would stay unused for ever.
        await writeTokenFile(file, text);
      });
    });
    return `the token ${name} works until ${expiresAt.toISOString()}; it is in ${file}`;
  },
};

async function refuseToReplace(store: Store, file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return;
  const held = await store.lookUps.findToken(hashToken(text.trim()));
  if (held?.live === true) throw new Error(`${file} holds a token that works; name another file with --file`);
}
