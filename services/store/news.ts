// Tells listeners which operations have new events, after the commits and many at a time: a notification inside of a transaction has every
// commit of the database wait for that of the one before (a bare insert fell from 17,000 a second to 6,350).

import { isAway } from './database-errors.ts';
import { eventChannel } from './events.ts';
import type { Session, SessionPool } from './session-pool.ts';

/** The news of one process. */
export type News = { tell(operationId: string): void };

/** Makes it on sessions that are used for plain statements. What could not be told is found by those who look again after a while. */
export function createNews(sessions: SessionPool): News {
  let waiting = new Set<string>();
  let telling = false;
  const tellAll = async (): Promise<void> => {
    telling = true;
    while (waiting.size > 0) {
      const ids = [...waiting];
      waiting = new Set();
      await sessions.use((session) => notify(session, ids)).catch(() => undefined);
    }
    telling = false;
  };
  return {
    tell(operationId) {
      waiting.add(operationId);
      if (!telling) void tellAll();
    },
  };
}

/** Nothing is written, so that nobody needs to wait for the disk. */
async function notify(session: Session, ids: readonly string[]): Promise<void> {
  const { sql } = session;
  try {
    await sql`
      select set_config('synchronous_commit', 'off', true), pg_notify(${eventChannel}, id)
      from jsonb_array_elements_text(${sql.json([...ids])}) as list (id)
    `;
  } catch (error) {
    if (isAway(error)) session.giveUp();
    throw error;
  }
}
