// What every request asks first: whose token it is and which project it names. Plain reads as the system, gathered, without a transaction.

import { isAway } from './database-errors.ts';
import { gatherReads, type GatherBounds } from './gather-reads.ts';
import { findProjectsNamed, type ProjectRow } from './projects.ts';
import type { SessionPool } from './session-pool.ts';
import { findLiveTokens, findTokensByHash, type FoundToken } from './tokens.ts';
import type { Query } from './transaction.ts';

/** The reads. */
export type LookUps = {
  /** The token of a hash, with whether it was neither revoked nor expired at the moment of the question. */
  findToken(hash: Uint8Array): Promise<FoundToken | undefined>;
  /** A project by id or name. */
  findProject(idOrName: string): Promise<ProjectRow | undefined>;
  /** Which of these tokens are still good. */
  findLiveTokens(ids: readonly string[]): Promise<ReadonlySet<string>>;
};

/** Queries under way at most, for each kind. */
export const lookUpSessions = 2;
const bounds: GatherBounds = { queries: lookUpSessions, keys: 256, waiting: 2_000 };

/** An idle connection may have died unnoticed; a read may be asked again. */
const attempts = 3;

/** Makes the reads on sessions whose role sees all projects and that are used for nothing else. */
export function createLookUps(sessions: SessionPool): LookUps {
  const read = async <T>(query: (sql: Query) => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await sessions.use(async (session) => {
          try {
            return await query(session.sql);
          } catch (error) {
            if (isAway(error)) session.giveUp();
            throw error;
          }
        });
      } catch (error) {
        if (!isAway(error) || attempt === attempts) throw error;
      }
    }
  };
  const findToken = gatherReads((hashes) => read((sql) => findTokensByHash(sql, hashes)), bounds);
  return {
    findToken: (hash) => findToken(Buffer.from(hash).toString('hex')),
    findProject: gatherReads((names) => read((sql) => findProjectsNamed(sql, names)), bounds),
    findLiveTokens: (ids) => read((sql) => findLiveTokens(sql, ids)),
  };
}
