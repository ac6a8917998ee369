// Says who calls, whether the role is enough, and which project the call is about.

import type { FastifyRequest } from 'fastify';
import { hasRole } from '../../changes/roles.ts';
import type { RequiredRole } from '../../contract/schemas.ts';
import { FleetyardError } from '../../domain/errors.ts';
import type { Caller, Parts } from '../call.ts';
import { ParameterProblem } from '../problems.ts';
import { describeAddress } from './limiting.ts';

/** A caller whose project, if one was named, is known. */
export type Identity = { caller: Caller; projectId: string | null };

const projectHeader = 'fleetyard-project';

/** Reads the token and the project; throws `unauthenticated`, `forbidden` or `not-found`. */
export async function authenticate(
  parts: Pick<Parts, 'store' | 'tokens' | 'limits'>,
  request: FastifyRequest,
  role: Exclude<RequiredRole, 'none'>,
): Promise<Identity> {
  const found = await findCaller(parts, request);
  // Before anything is refused: whoever is known is named by the log and the audit trail.
  request.auditing.caller = found?.caller ?? null;
  if (found?.live !== true)
    throw new FleetyardError('unauthenticated', 'Send a valid token: Authorization: Bearer <token>.');
  const { caller } = found;
  if (!hasRole(caller.role, role)) {
    throw new FleetyardError('forbidden', `This needs the role ${role}; the token has ${caller.role}.`);
  }
  return { caller, projectId: await findProjectOf(parts, caller, request.headers[projectHeader]) };
}

/** What is said when a call is about a project and none was named. */
export function refuseWithoutProject(): never {
  throw new ParameterProblem([
    {
      parameter: 'Fleetyard-Project',
      code: 'required',
      message: 'is missing; a platform-admin token has no project of its own',
    },
  ]);
}

/** Nothing is kept of who a token is: it is asked for at each request, so that a revocation counts at once. */
async function findCaller(
  { store, tokens, limits }: Pick<Parts, 'store' | 'tokens' | 'limits'>,
  request: FastifyRequest,
): Promise<{ caller: Caller; live: boolean } | undefined> {
  const hash = request.tokenHash;
  if (hash === undefined) return undefined;
  const guess = { quota: 'strangers', key: describeAddress(request) } as const;
  const wait = limits.findWait(guess);
  // Whoever shares an address with a guesser goes on, if the token was good a while ago; whether it still is is asked all the same.
  if (wait > 0 && !tokens.wasGood(hash)) {
    const message = `Too many unknown tokens came from this address; try again in ${wait} s.`;
    throw new FleetyardError('rate-limited', message, { retryAfterSeconds: wait });
  }
  const row = await store.lookUps.findToken(hash);
  if (row?.live === true) tokens.noteGood(hash);
  else await limits.count([guess]);
  if (row === undefined) return undefined;
  const { id, name, role, projectId, live } = row;
  return { caller: { id, name, role, projectId }, live };
}

/** A project's token reaches its own project alone; any other one is as if it did not exist. */
async function findProjectOf(
  { store }: Pick<Parts, 'store'>,
  caller: Caller,
  header: string | string[] | undefined,
): Promise<string | null> {
  const { projectId } = caller;
  if (header === undefined) return projectId;
  const named = String(header);
  const project = await store.lookUps.findProject(named);
  if (project === undefined || (projectId !== null && projectId !== project.id)) {
    throw new FleetyardError('not-found', `There is no project "${named}".`);
  }
  return project.id;
}
