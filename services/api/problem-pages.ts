// What each type of problem means, what causes it and what leads out of it: the pages under docs/problems. A code without a row does not compile.

import type { ProblemCode } from './problems.ts';

/** The page of a type, in sentences. */
export type ProblemPage = { means: string; causes: readonly string[]; wayOut: readonly string[] };

const correct = 'Correct what `errors` names and send the request again. Nothing was changed.';
const byUs = 'Nothing that a caller does. The log of the service has more under the `instance` of the problem.';

/** The pages. */
export const problemPages: Readonly<Record<ProblemCode, ProblemPage>> = {
  'malformed-body': {
    means: 'The body could not be read as JSON or YAML, so nothing in it was looked at.',
    causes: [
      'It is empty where one is needed, or is cut off.',
      'A key stands twice, or a text or a number is one that JSON does not have.',
    ],
    wayOut: ['Send one document of the type that `Content-Type` names; `errors` names the place where that is known.'],
  },
  'invalid-parameter': {
    means: 'A parameter of the path, the query or the head has the wrong form, or is none of this endpoint.',
    causes: ['A misspelt name of a filter.', 'A `cursor` of another list or another order.', 'A number out of bounds.'],
    wayOut: ['`errors` names each parameter and what it has to be. Leave a `cursor` out to begin anew.'],
  },
  unauthenticated: {
    means: 'The request carries no token that is good here.',
    causes: ['There is no `Authorization: Bearer …`.', 'The token has expired, was revoked, or is of another service.'],
    wayOut: [
      'Send a token that works; an admin of the project makes one by `POST /v1/tokens`.',
      'When no platform-admin token is left: `npm run admin-token` on the host.',
    ],
  },
  forbidden: {
    means: 'The token is good and its role may not do this.',
    causes: ['The endpoint needs a higher role; `x-fleetyard-role` of the contract says the least one.'],
    wayOut: ['Use a token of that role, or ask an admin of the project.'],
  },
  'not-found': {
    means: 'There is no such thing in this project, or no such path.',
    causes: [
      'The id or name is misspelt, or its bearer was deleted.',
      'It belongs to another project: that is told in the same way.',
      'A platform-admin token names another project in `Fleetyard-Project`.',
    ],
    wayOut: ['List what there is: each noun has a list under `/v1`.'],
  },
  'method-not-allowed': {
    means: 'The path exists and does not know this method.',
    causes: ['A method that the contract does not list for the path.'],
    wayOut: ['`Allow` lists the methods that are.'],
  },
  conflict: {
    means: 'The request is well and the state of things forbids it now.',
    causes: [
      'The resource is being deleted, or what it needs is not ready or failed.',
      'A member of a fleet is changed by itself.',
    ],
    wayOut: ['`wayOut` names the calls that lead out, the mildest first.'],
  },
  'name-taken': {
    means: 'Another living resource of the kind has this name in the project.',
    causes: [
      'It was made before, perhaps by an earlier try of the same request.',
      'Its bearer is still being deleted.',
    ],
    wayOut: [
      '`wayOut` names the call that shows the bearer. PUT applies a document to it; another name makes another resource.',
      'Send an `Idempotency-Key` with each POST: then a repeated request gets its first answer.',
    ],
  },
  'range-exhausted': {
    means: 'A pool of the address space has no room for a range of the size that is needed.',
    causes: ['The pool is full, or is cut into pieces that are too small.'],
    wayOut: [
      '`GET /v1/address-spaces/{addressSpace}/ranges` shows who holds what.',
      'Give a range, ask for fewer nodes, delete clusters, or use an address space with larger pools.',
    ],
  },
  'range-overlap': {
    means: 'A range that was given meets one that is taken in the same address space.',
    causes: ['Another cluster, or what an abandoned one left, holds it.'],
    wayOut: [
      'Give another range or none.',
      'What was let go of and is free by now: `DELETE /v1/address-spaces/{addressSpace}/ranges/{range}`.',
    ],
  },
  'in-use': {
    means: 'It is needed by something that stands.',
    causes: ['Clusters use the credential or the address space; members are in the federation.'],
    wayOut: ['`wayOut` names what uses it; delete or change that first.'],
  },
  protected: {
    means: 'It is protected against deletion.',
    causes: ['`protect` is true in its document, or in that of its fleet.'],
    wayOut: ['Apply the document with `protect: false`, then delete.'],
  },
  'illegal-transition': {
    means: 'The operation is past the state in which this can be asked.',
    causes: ['It has ended, or ends just now.', 'What did not fail is to be retried.'],
    wayOut: ['Read the operation: its `state`, and `wayOut` of its `error`, say what can be asked now.'],
  },
  'idempotency-in-flight': {
    means: 'The first request with this `Idempotency-Key` is still being answered.',
    causes: ['It was sent twice at the same time, or again before its answer.'],
    wayOut: ['Send it again after `Retry-After`: it gets the answer of the first.'],
  },
  'precondition-failed': {
    means: 'The resource has another generation than `If-Match` names, and nothing was changed.',
    causes: ['Somebody changed it since it was read.', 'It does not exist, or the tag is none of ours.'],
    wayOut: ['Read it again, judge the change anew, and send the new `ETag`.'],
  },
  'payload-too-large': {
    means: 'The body, or the document that comes of a patch, is larger, deeper or longer than may be.',
    causes: ['More bytes, entries, levels or aliases than the limits of a body.'],
    wayOut: ['Split it: a fleet into several, for example.'],
  },
  'unsupported-media-type': {
    means: 'The body is of a type that is not taken here.',
    causes: [
      'A document that is neither JSON nor YAML.',
      'PATCH of a document takes `application/merge-patch+json` alone.',
    ],
    wayOut: ['Name the type in `Content-Type`.'],
  },
  validation: {
    means: 'The request is not one that the contract or the catalogue knows.',
    causes: [
      'Fields that are missing, unknown or of a wrong form.',
      'Regions, versions or machines that there are not.',
    ],
    wayOut: [correct, 'Pointers of a PATCH name places in the merged document.'],
  },
  'not-built-yet': {
    means: 'The request uses words that the contract has and the service does not act on yet.',
    causes: ['For example kubeadm, add-ons or meshes.'],
    wayOut: ['Leave out what `errors` names.'],
  },
  'range-invalid': {
    means: 'A range that was given can not be used for what it was given for.',
    causes: ['It is reserved by the provider, has the wrong size, or meets another of the same document.'],
    wayOut: [correct],
  },
  'credential-mismatch': {
    means: 'The credential does not fit what it is to be used for.',
    causes: ['It is of another cloud.', 'One is simulated and the other is real, which never changes.'],
    wayOut: ['Name a credential of the cloud that the provider needs; `GET /v1/credentials` lists them.'],
  },
  'immutable-field': {
    means: 'A field is fixed for the life of the resource.',
    causes: ['Region, zones, ranges or the account of a cluster; machines of a pool.'],
    wayOut: ['Make another cluster, or another pool, beside it and delete this one.'],
  },
  'idempotency-key-reused': {
    means: 'The `Idempotency-Key` belongs to another request of the last day.',
    causes: ['The same key with another body.'],
    wayOut: ['Use a new key for a new request.'],
  },
  'rate-limited': {
    means: 'There were too many requests, or too many streams are open.',
    causes: ['Of the token, its project, or the address; `RateLimit` says which window is spent.'],
    wayOut: ['Come back after `Retry-After`; close streams that nobody reads; follow a project by one stream.'],
  },
  'lease-lost': {
    means: 'The service failed: who worked on the operation has lost it.',
    causes: [byUs],
    wayOut: ['Read the operation; what is under way goes on with another worker.'],
  },
  internal: {
    means: 'The service failed.',
    causes: [byUs],
    wayOut: ['Send it again with the same `Idempotency-Key`; tell whoever runs the service the `instance`.'],
  },
  unavailable: {
    means:
      'A part that is needed is away or has nothing to spare. Nothing was changed, or the answer of a commit was lost.',
    causes: ['The database or the queue does not answer.', 'The process is at its bounds.'],
    wayOut: [
      'Send it again after `Retry-After`, a write with the same `Idempotency-Key`.',
      'Who runs the service: `npm run doctor`.',
    ],
  },
};
