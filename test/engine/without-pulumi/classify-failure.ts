import { test } from 'tap';
import { classifyFailure } from '../../../services/engine/classify-failure.ts';

const samples: [string, string, string][] = [
  [
    'creating EKS Node Group (a:b): operation error EKS: CreateNodegroup, https response error StatusCode: 400, InsufficientInstanceCapacity: We currently do not have sufficient m7i.xlarge capacity',
    'capacity',
    'InsufficientInstanceCapacity',
  ],
  [
    'Code="ZonalAllocationFailed" Message="Allocation failed. We do not have sufficient capacity"',
    'capacity',
    'ZonalAllocationFailed',
  ],
  [
    'googleapi: Error 503: The zone does not have enough resources, ZONE_RESOURCE_POOL_EXHAUSTED',
    'capacity',
    'ZONE_RESOURCE_POOL_EXHAUSTED',
  ],
  [
    'operation error EC2: CreateVpc, https response error StatusCode: 503, api error RequestLimitExceeded: Request limit exceeded.',
    'throttled',
    'RequestLimitExceeded',
  ],
  [
    'operation error EKS: CreateCluster, StatusCode: 400, ResourceLimitExceededException: cluster limit',
    'quota',
    'ResourceLimitExceededException',
  ],
  [
    'operation error EC2: CreateVpc, api error VpcLimitExceeded: The maximum number of VPCs has been reached.',
    'quota',
    'VpcLimitExceeded',
  ],
  ["googleapi: Error 403: Quota 'NETWORKS' exceeded. Limit: 5.0 globally., quotaExceeded", 'quota', 'quotaExceeded'],
  [
    'operation error STS: GetCallerIdentity, StatusCode: 403, api error ExpiredToken: The security token is expired',
    'credentials',
    'ExpiredToken',
  ],
  ['Code="AuthorizationFailed" Message="The client does not have authorization"', 'credentials', 'AuthorizationFailed'],
  [
    'deleting EC2 VPC (vpc-1): DependencyViolation: The vpc has dependencies and cannot be deleted.',
    'conflict',
    'DependencyViolation',
  ],
  ['error: the stack is currently locked by 1 lock(s)', 'conflict', 'the stack is currently locked'],
  ['Post "https://10.0.0.1": dial tcp 10.0.0.1:443: connect: connection refused', 'unreachable', 'connection refused'],
  ['InvalidParameterException: unsupported Kubernetes version', 'invalid', 'InvalidParameterException'],
  [
    'resource "urn" was not successfully created by the Kubernetes API server: secrets is forbidden: User "x" cannot create resource "secrets" in API group "" in the namespace "default"',
    'credentials',
    'is forbidden: User',
  ],
  [
    'secrets "it" is forbidden: unable to create new content in namespace karmada-cluster because it is being terminated (Forbidden)',
    'conflict',
    'because it is being terminated',
  ],
  [
    'Server-Side Apply field conflict detected: the resource managed by field manager "a" had an apply conflict: Apply failed with 1 conflict: conflict with "b": .data.a',
    'conflict',
    'field conflict detected',
  ],
  ['secrets "it" already exists (AlreadyExists)', 'conflict', 'AlreadyExists'],
  ["'it' timed out waiting to be Ready: no token was issued", 'unreachable', 'timed out waiting'],
  [
    'configured Kubernetes cluster is unreachable: unable to reach the API server: GET "https://a/version": self-signed certificate (DEPTH_ZERO_SELF_SIGNED_CERT)',
    'unreachable',
    'cluster is unreachable',
  ],
  ['Secret "it" is invalid: type: Invalid value: "b": field is immutable', 'invalid', 'invalid'],
  ['something answered StatusCode: 429 without a code of its own', 'throttled', '429'],
  ['something answered StatusCode: 502', 'unreachable', '502'],
  ['the program threw a TypeError', 'internal', 'unknown'],
];

for (const [text, errorClass, code] of samples) {
  test(`${code} is of class ${errorClass}`, async (t) => {
    const failure = classifyFailure(text, 'Vpc main');
    t.equal(failure.class, errorClass);
    t.equal(failure.code, code);
    t.equal(failure.resource, 'Vpc main');
  });
}

test('a long text is cut and colours are removed', async (t) => {
  const { message } = classifyFailure(`\u001b[31mbroken\u001b[0m ${'x'.repeat(5_000)}`);
  t.match(message, /^broken x+…$/);
  t.equal(message.length, 2_001);
});
