// Why PostgreSQL could not be asked, in words that repeat nothing of a URL, and what mends it.

import { isAway } from '../database-errors.ts';

/** A reason and its mend. */
export type Refusal = { says: string; mend: string };

const refusals: Record<string, Refusal> = {
  '28P01': { says: 'refuses user or password', mend: 'set the password of the login, or the URL, right' },
  '28000': { says: 'refuses the login', mend: 'let the login in (pg_hba.conf, ALTER ROLE … LOGIN)' },
  '3D000': { says: 'has no database of that name', mend: 'create it (docs/database-logins.md), then npm run migrate' },
  '53300': { says: 'has no connection left', mend: 'raise max_connections, or lower FLEETYARD_DATABASE_CONNECTIONS' },
  '57P03': { says: 'is starting up or shutting down', mend: 'wait for it, or look at its log' },
  '42501': {
    says: 'does not let the login do that',
    mend: 'name the login in FLEETYARD_RUNTIME_LOGINS and run npm run migrate',
  },
  '57014': { says: 'took too long over a question', mend: 'look at its load, its locks and its disks' },
  ECONNREFUSED: { says: 'is not there: nothing listens at its address', mend: 'start it, or correct host and port' },
  ENOTFOUND: { says: 'is not there: the name of its host is not known', mend: 'correct the host, or the DNS' },
  EAI_AGAIN: { says: 'can not be looked up: the DNS does not answer', mend: 'mend the DNS of this host' },
};

/** Explains it; undefined when the error is about something else. */
export function explainRefusal(error: unknown): Refusal | undefined {
  const code = error instanceof Error ? String((error as NodeJS.ErrnoException).code) : '';
  const known = refusals[code];
  if (known !== undefined || !isAway(error)) return known;
  return {
    says: `does not answer (${code})`,
    mend: 'start it, or let this host reach it',
  };
}
