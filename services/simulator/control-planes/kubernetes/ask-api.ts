// What simulated API servers take by POST: questions about oneself, and requests for a token of a service account.
import { object, text } from '../../clouds/values.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Values } from '../../ledger/resource.ts';
import { findRefusal, findServer, identify, type Identity, type Opened } from './access.ts';
import { fail, type ApiAnswer, type ApiRequest } from './api-answers.ts';
import { listRules, type Attempt } from './policy-rules.ts';
import { findServiceAccount, signToken } from './service-account-tokens.ts';

type Asked = Opened & { ledger: Ledger; body: Values; path: readonly string[]; now: Date };

/** What is taken, by the form of its path. */
const questions: [RegExp, (asked: Asked) => ApiAnswer][] = [
  [/^\/api\/v1\/namespaces\/[^/]+\/serviceaccounts\/[^/]+\/token$/, requestToken],
  [/^\/apis\/authorization\.k8s\.io\/v1\/selfsubjectrulesreviews$/, reviewRules],
  [/^\/apis\/authorization\.k8s\.io\/v1\/selfsubjectaccessreviews$/, reviewAccess],
  [/^\/apis\/authentication\.k8s\.io\/v1\/selfsubjectreviews$/, reviewSelf],
];

/** The least that Kubernetes takes. */
const LEAST_SECONDS = 600;
const USUAL_SECONDS = 3600;

/** Whether anything is taken there. */
export function isAsked(path: string): boolean {
  return questions.some(([form]) => form.test(path));
}

/** Answers a question; undefined when no such server is there. */
export function answerQuestion(ledger: Ledger, request: ApiRequest & { body: Values }): ApiAnswer | undefined {
  const { id, path, token, now, body } = request;
  const server = findServer(ledger, id, token, now);
  if (!server) return undefined;
  const identity = identify(ledger, server, token, now);
  if (!identity) return fail(401, 'Unauthorized', 'Unauthorized');
  const answer = questions.find(([form]) => form.test(path))?.[1];
  const parts = path.split('/').filter(Boolean).map(decodeURIComponent);
  return answer?.({ ledger, server, identity, body, path: parts, now });
}

function requestToken({ ledger, server, identity, body, path, now }: Asked): ApiAnswer {
  const [, , , namespace = '', , name = ''] = path;
  const refusal = findRefusal(identity, {
    verb: 'create',
    group: '',
    resource: 'serviceaccounts/token',
    namespace,
    name,
  });
  if (refusal !== undefined) return fail(403, 'Forbidden', refusal);
  const account = findServiceAccount(ledger, server, { namespace, name });
  if (!account) return fail(404, 'NotFound', `serviceaccounts "${name}" not found`);
  const seconds = Number(object(body, 'spec')['expirationSeconds'] ?? USUAL_SECONDS);
  if (!(seconds >= LEAST_SECONDS)) {
    const message = `TokenRequest.authentication.k8s.io "${name}" is invalid: spec.expirationSeconds: Invalid value: ${seconds}: may not specify a duration less than 10 minutes`;
    return fail(422, 'Invalid', message);
  }
  const { token, expiresAt } = signToken(ledger, server, { account, seconds, now });
  const status = { token, expirationTimestamp: expiresAt.toISOString().replace(/\.\d+/, '') };
  const metadata = { name, namespace, creationTimestamp: now.toISOString() };
  const spec = { ...object(body, 'spec'), expirationSeconds: seconds };
  return {
    status: 201,
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata, spec, status },
  };
}

function reviewRules({ identity, body }: Asked): ApiAnswer {
  const spec = object(body, 'spec');
  const rules = listRules(identity.rights, text(spec, 'namespace'));
  const status = {
    incomplete: false,
    resourceRules: rules.filter(({ resources }) => resources !== undefined),
    nonResourceRules: rules.filter(({ nonResourceURLs }) => nonResourceURLs !== undefined),
  };
  return review('SelfSubjectRulesReview', spec, status);
}

function reviewAccess({ identity, body }: Asked): ApiAnswer {
  const spec = object(body, 'spec');
  const refusal = findRefusal(identity, readAttempt(spec));
  return review('SelfSubjectAccessReview', spec, { allowed: refusal === undefined });
}

/** What an access review asks about. */
export function readAttempt(spec: Values): Attempt {
  if ('nonResourceAttributes' in spec) {
    const asked = object(spec, 'nonResourceAttributes');
    return { verb: text(asked, 'verb'), path: text(asked, 'path') };
  }
  const asked = object(spec, 'resourceAttributes');
  const inner = text(asked, 'subresource');
  return {
    verb: text(asked, 'verb'),
    group: text(asked, 'group'),
    resource: inner === '' ? text(asked, 'resource') : `${text(asked, 'resource')}/${inner}`,
    // Everywhere at once is asked for by no namespace.
    namespace: text(asked, 'namespace') || undefined,
    name: text(asked, 'name') || undefined,
  };
}

function reviewSelf({ identity }: Asked): ApiAnswer {
  const status = { userInfo: describe(identity) };
  return {
    status: 201,
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: {}, status },
  };
}

function describe({ user: username, groups }: Identity): Values {
  return { username, groups };
}

function review(kind: string, spec: Values, status: Values): ApiAnswer {
  return { status: 201, body: { apiVersion: 'authorization.k8s.io/v1', kind, metadata: {}, spec, status } };
}
