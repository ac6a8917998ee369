// The first platform-admin token: made once, written to a file that only its owner can read, and never logged.

import { isFleetyardError } from '../domain/errors.ts';
import { writeTokenFile } from '../process/token-file.ts';
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
      await writeTokenFile(file, token);
    });
    return true;
  } catch (error) {
    // Another process was faster, and its token is the one.
    if (isFleetyardError(error, 'name-taken')) return false;
    throw error;
  }
}
