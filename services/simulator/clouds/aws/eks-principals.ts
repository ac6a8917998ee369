// Who may come to an EKS cluster: its access entries, and its creator where the cluster was made so.
import { deriveAwsKeys, describeAwsOwner } from '../../../domain/simulated-account.ts';
import type { ClusterRight, Principal, PrincipalQuery } from '../principal.ts';
import { list, object, text } from '../values.ts';
import { isSignedBy, readPresignedCall } from './presigned-call.ts';
import { ACCESS_POLICY, ENTRY } from './tokens.ts';

/** EKS' own policies, by the last word of their ARN, with the role of Kubernetes that each stands for. */
const POLICIES: Record<string, ClusterRight['role']> = {
  AmazonEKSClusterAdminPolicy: 'cluster-admin',
  AmazonEKSAdminPolicy: 'admin',
  AmazonEKSEditPolicy: 'edit',
  AmazonEKSViewPolicy: 'view',
  AmazonEKSAdminViewPolicy: 'admin-view',
};

/** Whose token it is at a cluster; undefined for somebody who has no entry there. */
export function findEksPrincipal(query: PrincipalQuery): Principal | undefined {
  const { token, now, cluster, identity, tokenHash } = query;
  const call = readPresignedCall(token, now);
  if (!call) return undefined;
  const owner = describeAwsOwner(identity.accountId, cluster.region);
  const entries = query.list(ENTRY).filter(({ inputs }) => text(inputs, 'clusterName') === cluster.name);
  const arns = [owner, ...entries.map(({ inputs }) => text(inputs, 'principalArn'))];
  const arn = arns.find((each) => {
    const { accessKeyId, secretAccessKey } = deriveAwsKeys(tokenHash, each);
    return accessKeyId === call.accessKeyId && isSignedBy(call, secretAccessKey, cluster.name);
  });
  if (arn === undefined) return undefined;
  const entry = entries.find(({ inputs }) => text(inputs, 'principalArn') === arn);
  const rights = [...(arn === owner ? listCreatorRights(query) : []), ...listEntryRights(query, arn)];
  if (!entry && rights.length === 0) return undefined;
  const groups = list<string>(entry?.inputs, 'kubernetesGroups');
  return { user: text(entry?.inputs, 'userName') || arn, groups: [...groups, 'system:authenticated'], rights };
}

function listCreatorRights({ cluster }: PrincipalQuery): ClusterRight[] {
  const bootstrap = object(cluster.outputs, 'accessConfig')['bootstrapClusterCreatorAdminPermissions'] !== false;
  return bootstrap ? [{ role: 'cluster-admin' }] : [];
}

function listEntryRights({ cluster, list: listOf }: PrincipalQuery, arn: string): ClusterRight[] {
  return listOf(ACCESS_POLICY)
    .filter(({ inputs }) => text(inputs, 'clusterName') === cluster.name && text(inputs, 'principalArn') === arn)
    .flatMap(({ inputs }): ClusterRight[] => {
      const role = POLICIES[text(inputs, 'policyArn').split('/').at(-1) ?? ''];
      if (!role) return [];
      const scope = object(inputs, 'accessScope');
      const namespaces = list<string>(scope, 'namespaces');
      return [text(scope, 'type') === 'namespace' ? { role, namespaces } : { role }];
    });
}
