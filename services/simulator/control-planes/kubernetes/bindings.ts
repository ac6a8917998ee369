// What an API server's own bindings give to whom (RBAC): its roles and bindings are objects like any other.
import { list, object, text } from '../../clouds/values.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Resource, Values } from '../../ledger/resource.ts';
import { listObjects, type ApiServer } from './api-servers.ts';
import { builtinRoles } from './builtin-roles.ts';
import type { Grant, PolicyRule } from './policy-rules.ts';

/** Somebody as an API server knows them. */
export type Person = { user: string; groups: readonly string[] };

/** The group that no authorizer is asked about. */
export const MASTERS = 'system:masters';

/** What the bindings of the server give to somebody. */
export function listBound(ledger: Ledger, server: ApiServer, person: Person): Grant[] {
  const everything: Grant[] = person.groups.includes(MASTERS) ? [{ rules: builtinRoles['cluster-admin'] }] : [];
  const objects = listObjects(ledger, server.account, server.id);
  const bindings = objects.filter(({ outputs }) => /^(Cluster)?RoleBinding$/.test(text(outputs, 'kind')));
  const bound = bindings.flatMap(({ outputs }): Grant[] => {
    if (!list<Values>(outputs, 'subjects').some((subject) => isMeant(subject, person))) return [];
    const namespace = text(object(outputs, 'metadata'), 'namespace');
    const rules = findRules(objects, object(outputs, 'roleRef'), namespace);
    return [namespace === '' ? { rules } : { rules, namespaces: [namespace] }];
  });
  return [...everything, ...bound];
}

function isMeant(subject: Values, { user, groups }: Person): boolean {
  const name = text(subject, 'name');
  switch (text(subject, 'kind')) {
    case 'ServiceAccount':
      return user === `system:serviceaccount:${text(subject, 'namespace')}:${name}`;
    case 'Group':
      return groups.includes(name);
    default:
      return user === name;
  }
}

/** A binding to a role that is not there gives nothing. */
function findRules(objects: readonly Resource[], reference: Values, namespace: string): readonly PolicyRule[] {
  const [kind, name] = [text(reference, 'kind'), text(reference, 'name')];
  if (kind === 'ClusterRole' && Object.hasOwn(builtinRoles, name)) {
    return builtinRoles[name as keyof typeof builtinRoles];
  }
  const role = objects.find(
    ({ outputs }) =>
      text(outputs, 'kind') === kind &&
      text(object(outputs, 'metadata'), 'name') === name &&
      (kind === 'ClusterRole' || text(object(outputs, 'metadata'), 'namespace') === namespace),
  );
  return role ? list<PolicyRule>(role.outputs, 'rules') : [];
}
