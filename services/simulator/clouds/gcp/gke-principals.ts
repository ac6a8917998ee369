// Who may come to a GKE cluster: whoever Google knows, with what the project's own roles give them in its clusters.
import { describeGoogleOwner } from '../../../domain/simulated-account.ts';
import type { ClusterRight, Principal, PrincipalQuery } from '../principal.ts';
import { readClaims } from '../signed-claims.ts';
import { text } from '../values.ts';
import { PROJECT_MEMBER } from './tokens.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const PREFIX = 'ya29.';

/** Google's roles, with the role of Kubernetes that each stands for; others give nothing inside of a cluster. */
const ROLES: Record<string, ClusterRight['role']> = {
  'roles/owner': 'cluster-admin',
  'roles/editor': 'cluster-admin',
  'roles/container.admin': 'cluster-admin',
  'roles/container.developer': 'edit',
  'roles/container.viewer': 'view',
  'roles/viewer': 'view',
};

/** Whose token it is; somebody without a role is known, and may do nothing that the cluster itself does not give. */
export function findGkePrincipal(query: PrincipalQuery): Principal | undefined {
  const { token, now, identity, tokenHash, list } = query;
  const claims = token.startsWith(PREFIX) ? readClaims(tokenHash, token.slice(PREFIX.length), now) : undefined;
  if (!claims || !String(claims['scope']).split(' ').includes(SCOPE)) return undefined;
  const user = String(claims['email']);
  // Whoever hands a project over has given its account what making clusters needs.
  const owned = user === describeGoogleOwner(identity.project) ? ['roles/owner'] : [];
  const given = list(PROJECT_MEMBER)
    .filter(({ inputs }) => text(inputs, 'member') === `serviceAccount:${user}`)
    .map(({ inputs }) => text(inputs, 'role'));
  const rights = [...owned, ...given].flatMap((role) => (ROLES[role] ? [{ role: ROLES[role] }] : []));
  return { user, groups: ['system:authenticated'], rights };
}
