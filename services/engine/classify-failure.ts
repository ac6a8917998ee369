// Turns the text of engines and clouds into a closed set of error classes: the only place that reads such text.

import type { EngineErrorClass } from '../domain/engine-errors.ts';

/** Why an engine step failed, for a person (`message`) and for the retry rule (`class`). */
export type EngineFailure = {
  class: EngineErrorClass;
  /** The cloud's own code, such as `InsufficientInstanceCapacity`; `unknown` when none was found. */
  code: string;
  message: string;
  /** Pulumi type and name of the resource that failed, when one did. */
  resource?: string;
};

type Rule = { class: EngineErrorClass; codes: RegExp };

/**
 * First match wins, so the narrow rules stand before the wide ones. Codes are those that EKS, EC2, IAM, ARM, AKS, GKE and the Kubernetes
 * API document for these conditions.
 */
const rules: Rule[] = [
  // The worker's own machine, of which the engine tells before anything else.
  { class: 'capacity', codes: /\b(ENOSPC|EDQUOT|[Nn]o space left on device|[Dd]isk quota exceeded)\b/ },
  {
    class: 'capacity',
    codes:
      /\b(InsufficientInstanceCapacity|InsufficientCapacity\w*|UnsupportedAvailabilityZoneException|ZonalAllocationFailed|OverconstrainedZonalAllocationRequest|AllocationFailed|SkuNotAvailable|ZONE_RESOURCE_POOL_EXHAUSTED\w*|GCE_STOCKOUT)\b/,
  },
  {
    class: 'throttled',
    codes:
      /\b(ThrottlingException|Throttling|RequestLimitExceeded|TooManyRequests\w*|SubscriptionRequestsThrottled|rateLimitExceeded|userRateLimitExceeded|RATE_LIMIT_EXCEEDED|SlowDown)\b/,
  },
  {
    class: 'quota',
    codes:
      /\b(VcpuLimitExceeded|ResourceLimitExceeded(?:Exception)?|LimitExceeded(?:Exception)?|\w+LimitExceeded|QuotaExceeded|ManagedClusterCountExceedsQuotaLimit|ErrCode_InsufficientVCPUQuota|InsufficientVCPUQuota|QUOTA_EXCEEDED|quotaExceeded|IP_SPACE_EXHAUSTED)\b/,
  },
  // Kubernetes forbids this too, and it passes by itself; before what is forbidden for good.
  { class: 'conflict', codes: /(because it is being terminated|field conflict detected)/ },
  {
    class: 'credentials',
    codes:
      /\b(AccessDenied(?:Exception)?|UnauthorizedOperation|AuthFailure|ExpiredToken(?:Exception)?|InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|InvalidAuthenticationToken\w*|AuthorizationFailed|AADSTS\d+|invalid_client|invalid_grant|PERMISSION_DENIED|UNAUTHENTICATED|Unauthorized|Forbidden|could not find default credentials|no EC2 IMDS role found|is forbidden: User|NoCredentialProviders)\b/,
  },
  {
    class: 'conflict',
    codes:
      /\b(ResourceInUseException|DependencyViolation|OperationNotAllowed|AnotherOperationInProgress|ConflictingServerOperation|OperationPreempted|InUseSubnetCannotBeDeleted|FAILED_PRECONDITION|resourceInUseByAnotherResource|alreadyExists|EntityAlreadyExists|ResourceAlreadyExists\w*|RoleAssignmentExists|AlreadyExists|ConcurrentModification(?:Exception)?|the stack is currently locked)\b/,
  },
  {
    class: 'unreachable',
    codes:
      /\b(ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|connection refused|connection reset|no such host|i\/o timeout|context deadline exceeded|RequestTimeout|RequestTimeoutException|TLS handshake timeout|ServiceUnavailable(?:Exception)?|InternalServerError|InternalFailure|backendError|UNAVAILABLE|timeout while waiting|timed out waiting|cluster is unreachable|error reading from server|transport is closing|plugin exited|failed to ping PostgreSQL)\b/,
  },
  {
    class: 'invalid',
    codes:
      /\b(InvalidParameter\w*|InvalidRequest\w*|ValidationException|ValidationError|InvalidSubnet\w*|InvalidVpc\w*|\w+\.NotFound|Invalid[A-Z]\w+|BadRequest|INVALID_ARGUMENT|badRequest|invalid|MalformedPolicyDocument|NoSuchEntity|ResourceNotFound(?:Exception)?|ResourceGroupNotFound|notFound|K8sVersionNotSupported|AgentPoolK8sVersionNotSupported|CidrConflict|NetcfgSubnetRangesOverlap)\b/,
  },
];

const longest = 2_000;

function shorten(text: string): string {
  const plain = text.replaceAll(/\u001b\[[0-9;]*m/g, '').trim();
  return plain.length > longest ? `${plain.slice(0, longest)}…` : plain;
}

/**
 * Classifies the text of a failed step. An HTTP status is looked at only where no known code was found; text that nothing
 * matches is `internal`, which is not retried by itself.
 */
export function classifyFailure(text: string, resource?: string): EngineFailure {
  const message = shorten(text);
  const where = resource === undefined ? {} : { resource };
  for (const rule of rules) {
    const code = rule.codes.exec(message)?.[1];
    if (code !== undefined) return { class: rule.class, code, message, ...where };
  }
  const status = /(?:StatusCode[:=] ?|Status(?:Code)?[=:]|Error )(4\d\d|5\d\d)\b/i.exec(message)?.[1];
  if (status === '429') return { class: 'throttled', code: status, message, ...where };
  if (status === '401' || status === '403') return { class: 'credentials', code: status, message, ...where };
  if (status === '409' || status === '412') return { class: 'conflict', code: status, message, ...where };
  if (status?.startsWith('5')) return { class: 'unreachable', code: status, message, ...where };
  if (status !== undefined) return { class: 'invalid', code: status, message, ...where };
  return { class: 'internal', code: 'unknown', message, ...where };
}
