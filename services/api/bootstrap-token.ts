// The first platform-admin token: made once, written to a file that only its owner can read, and never logged.

import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isFleetyardError } from '../domain/errors.ts';
import { addAuditEvents, blankAuditEvent } from '../store/audit-events.ts';
import type { Store } from '../store/open-store.ts';
import { createToken, listTokens } from '../store/tokens.ts';

/** How tokens are made and stored. */
export type TokenMaker = { create(): string; hash(token: string): Uint8Array };

/** Makes the token when there is no platform-admin token yet; says whether it did. */
export async function ensureBootstrapToken(store: Store, tokens: TokenMaker, file: string): Promise<boolean> {
  const existing = await store.asSystem((tx) => listTokens(tx, { limit: 1 }));
  if (existing.items.length > 0) return false;
  const token = tokens.create();
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writePrivately(draft, token);
  try {
    await store.asSystem(async (tx) => {
      const { id, name } = await createToken(tx, {
        name: 'bootstrap',
        role: 'platform-admin',
        hash: tokens.hash(token),
      });
      const made = { resourceKind: 'token', resourceId: id, resourceName: name };
      await addAuditEvents(tx, [{ ...blankAuditEvent, kind: 'change', projectId: null, ...made }]);
      // Before the commit: a file without a row is made again at the next start, a row without a file would lock everyone out.
      await rename(draft, file);
    });
    return true;
  } catch (error) {
    await rm(draft, { force: true });
    // Another process was faster, and its token is the one.
    if (isFleetyardError(error, 'name-taken')) return false;
    throw error;
  }
}

async function writePrivately(path: string, token: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(`${token}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}
