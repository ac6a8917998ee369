// What rules of Kubernetes' RBAC allow: pure matching, whoever they were given to.

/** A rule of a role. */
export type PolicyRule = {
  verbs: string[];
  apiGroups?: string[];
  /** With a subresource: `pods/log`. */
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
};

/** Rules with where they hold: in these namespaces, or in the whole cluster. */
export type Grant = { rules: readonly PolicyRule[]; namespaces?: readonly string[] };

/** What somebody is about to do. */
export type Attempt =
  | { verb: string; group: string; resource: string; namespace?: string | undefined; name?: string | undefined }
  | { verb: string; path: string };

/** Whether one of the grants allows it. */
export function isGranted(grants: readonly Grant[], attempt: Attempt): boolean {
  return grants.some((grant) => holdsAt(grant, attempt) && grant.rules.some((rule) => allows(rule, attempt)));
}

/** The rules that hold in a namespace. */
export function listRules(grants: readonly Grant[], namespace: string): PolicyRule[] {
  return grants.filter((grant) => grant.namespaces?.includes(namespace) ?? true).flatMap(({ rules }) => rules);
}

function holdsAt({ namespaces }: Grant, attempt: Attempt): boolean {
  if (namespaces === undefined) return true;
  return 'resource' in attempt && attempt.namespace !== undefined && namespaces.includes(attempt.namespace);
}

function allows(rule: PolicyRule, attempt: Attempt): boolean {
  if (!includes(rule.verbs, attempt.verb)) return false;
  if ('path' in attempt) return (rule.nonResourceURLs ?? []).some((pattern) => matchesPath(pattern, attempt.path));
  const { resourceNames = [] } = rule;
  return (
    includes(rule.apiGroups, attempt.group) &&
    includes(rule.resources, attempt.resource) &&
    (resourceNames.length === 0 || resourceNames.includes(attempt.name ?? ''))
  );
}

function includes(allowed: readonly string[] = [], asked: string): boolean {
  return allowed.includes('*') || allowed.includes(asked);
}

function matchesPath(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}
