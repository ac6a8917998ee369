// Who may come to an AKS cluster: principals of its directory, with what Azure's own roles give them on the cluster.
import type { ClusterRight, Principal, PrincipalQuery } from '../principal.ts';
import { readClaims } from '../signed-claims.ts';
import { object, text } from '../values.ts';
import { AKS_SERVER } from './entra.ts';
import { ROLE } from './tokens.ts';

/** The roles of Azure for Kubernetes by their ids, the same in every tenant, with the role of Kubernetes that each stands for. */
const ROLES: Record<string, ClusterRight['role']> = {
  'b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b': 'cluster-admin',
  '3498e952-d568-435e-9b2c-8d77e338d7f7': 'admin',
  'a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb': 'edit',
  '7f6c6a51-bcf8-42ba-9220-52d62157d7db': 'view',
};

/** Whose token it is at a cluster; undefined for somebody whom the cluster's directory does not know. */
export function findAksPrincipal(query: PrincipalQuery): Principal | undefined {
  const { token, now, cluster, identity, tokenHash } = query;
  const directory = object(cluster.inputs, 'aadProfile');
  const claims = readClaims(tokenHash, token, now);
  const isMeant = claims?.['aud'] === AKS_SERVER && claims['tid'] === identity.tenantId;
  if (!claims || !isMeant || directory['managed'] !== true) return undefined;
  const user = String(claims['oid']);
  const asksAzure = directory['enableAzureRBAC'] === true;
  return { user, groups: ['system:authenticated'], rights: asksAzure ? listAssigned(query, user) : [] };
}

/** A role on the cluster, on what encloses it, or on one of its namespaces. */
function listAssigned({ cluster, list }: PrincipalQuery, principalId: string): ClusterRight[] {
  const id = cluster.id.toLowerCase();
  return list(ROLE).flatMap(({ inputs }): ClusterRight[] => {
    const role = ROLES[text(inputs, 'roleDefinitionId').split('/').at(-1) ?? ''];
    const scope = text(inputs, 'scope').toLowerCase().replace(/\/$/, '');
    if (!role || text(inputs, 'principalId') !== principalId) return [];
    if (`${id}/`.startsWith(`${scope}/`)) return [{ role }];
    const namespace = scope.startsWith(`${id}/namespaces/`) ? scope.slice(`${id}/namespaces/`.length) : undefined;
    return namespace === undefined ? [] : [{ role, namespaces: [namespace] }];
  });
}
