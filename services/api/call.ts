// What a handler gets and gives: one call of the contract, typed by its endpoint.

import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import type { Catalogue } from '../../catalogue/types.ts';
import type { OpenCredential } from '../access/credential.ts';
import type { TokenOrder } from '../access/kubeconfig/issue-token.ts';
import type { Change } from '../changes/change.ts';
import type { Created } from '../changes/cluster-operations.ts';
import type { ContractDocument } from '../contract/document.ts';
import type { operations as endpointTypes } from '../contract/generated/types.ts';
import type { endpoints as endpointEntries } from '../contract/generated/endpoints.ts';
import type { EndpointName, Schemas } from '../contract/schemas.ts';
import type { OperationProducer } from '../queue/operation-producer.ts';
import type { Store, Work } from '../store/open-store.ts';
import type { TokenRole } from '../store/tokens.ts';
import type { RateLimits } from '../limits/rate-limits.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { Tokens } from './known-tokens.ts';
import type { Metrics } from './metrics.ts';
import type { MonitoringGate } from '../http/monitoring.ts';
import type { Tracing } from '../tracing/open-tracing.ts';
import type { EventStreams } from './streams/event-streams.ts';

/** The operations' queue, as far as the API needs it. */
export type ApiQueue = Pick<OperationProducer, 'countJobs' | 'ping'>;

/** A kubeconfig with a short-lived identity. */
export type MintedKubeconfig = { kubeconfig: string; expiresAt: Date };

/** Makes kubeconfigs; filled by the process with what reaches the clouds. */
export type KubeconfigMint = (request: {
  name: string;
  region: string;
  /** Of the cluster layer. */
  outputs: Record<string, unknown>;
  credential: OpenCredential;
  order: TokenOrder;
}) => Promise<MintedKubeconfig>;

/** Lists what a placement would select at a hub; filled by the process with what reaches hubs. */
export type SelectedLister = (request: {
  engine: string;
  credential: OpenCredential;
  select: Schemas['WorkloadSelector'];
}) => Promise<Record<string, unknown>[] | undefined>;

/** What the process hands to the application. */
export type Parts = {
  store: Store;
  queue: ApiQueue;
  catalogue: Catalogue;
  /** Who may use public endpoints of clusters whose requests do not say. */
  defaultAllowedCidrs?: readonly string[] | undefined;
  mintKubeconfig: KubeconfigMint;
  listSelected: SelectedLister;
  clock: () => Date;
  tokens: Tokens;
  limits: RateLimits;
  document: ContractDocument;
  trail: AuditTrail;
  streams: EventStreams;
  metrics: Metrics;
  /** Left out where nobody is told of traces. */
  tracing?: Tracing | undefined;
  mayMonitor: MonitoringGate;
  /** Aborted when the process ends; streams end with it. */
  closing: AbortSignal;
};

/** Who calls. */
export type Caller = { id: string; name: string; role: TokenRole; projectId: string | null };

/** What a call was about, for the audit trail. */
export type Subject = { id?: string | null; name?: string | null };

type TypeOf<Name extends EndpointName> = endpointTypes[Name];
type Entry<Name extends EndpointName> = (typeof endpointEntries)[Name];
type ParametersOf<Name extends EndpointName> = TypeOf<Name>['parameters'];

/** The body of an endpoint. */
export type BodyOf<Name extends EndpointName> =
  | (Entry<Name>['body'] extends keyof Schemas ? Schemas[Entry<Name>['body']] : undefined)
  | (Entry<Name> extends { bodyOptional: true } ? undefined : never);

/** The path's parameters of an endpoint. */
export type PathOf<Name extends EndpointName> = NonNullable<ParametersOf<Name>['path']>;

/** The query's parameters of an endpoint. */
export type QueryOf<Name extends EndpointName> = NonNullable<ParametersOf<Name>['query']>;

/** One call of an endpoint, authenticated and checked. */
export type Call<Name extends EndpointName = EndpointName> = {
  parts: Parts;
  caller: Caller;
  /** The project that the call is about; null when a platform administrator named none. */
  projectId: string | null;
  /** The same, but throws when there is none. */
  getProjectId(): string;
  /** One unit of work as that project. */
  asProject<T>(work: Work<T>): Promise<T>;
  /**
   * The one unit of work that changes desired state as the caller, in that project. It makes the answer too: with an `Idempotency-Key` the
   * answer commits with the change.
   */
  asChange(work: (change: Change) => Promise<Answer<Name>>): Promise<Answer<Name>>;
  /** Makes a cluster, with others of the project that arrive together in one unit of work; what is answered commits with it. */
  acceptCluster(request: Schemas['ClusterRequest'], answer: (created: Created) => Answer<Name>): Promise<Answer<Name>>;
  /** The same as `asChange`, for what belongs to no project. */
  asSystemChange(work: (change: Change) => Promise<Answer<Name>>): Promise<Answer<Name>>;
  /** Says what the call is about, where the answer does not. */
  noteSubject(subject: Subject): void;
  /** The document as an endpoint takes it, checked like its body; throws every fault. */
  checkDocument<Other extends EndpointName>(endpoint: Other, document: unknown): Promise<BodyOf<Other>>;
  body: BodyOf<Name>;
  path: PathOf<Name>;
  query: QueryOf<Name>;
  headers: IncomingHttpHeaders;
  /** Aborted when the caller goes away or the process ends. */
  signal: AbortSignal;
  log: FastifyBaseLogger;
};

type JsonOf<Response> = Response extends { content: { 'application/json': infer Body } } ? Body : never;
type OtherOf<Response> = Response extends { content: infer Content }
  ? Exclude<keyof Content, 'application/json' | 'application/problem+json'> extends never
    ? never
    : { contentType: string; body: string | Readable }
  : never;
type AnswerOf<Status, Response> =
  | ([JsonOf<Response>] extends [never]
      ? never
      : { status: Status; headers?: Record<string, string>; body: JsonOf<Response> })
  | ([OtherOf<Response>] extends [never]
      ? never
      : OtherOf<Response> & { status: Status; headers?: Record<string, string> })
  | (Response extends { content?: never } ? { status: Status; headers?: Record<string, string> } : never);

/** What an endpoint may answer; problems are thrown. */
export type Answer<Name extends EndpointName> = {
  [Status in keyof TypeOf<Name>['responses']]: AnswerOf<Status, TypeOf<Name>['responses'][Status]>;
}[keyof TypeOf<Name>['responses']];

/** Answers one endpoint. */
export type Handler<Name extends EndpointName> = (call: Call<Name>) => Promise<Answer<Name>>;

/** An answer whose endpoint is not known any more. */
export type AnyAnswer = {
  status: number;
  headers?: Record<string, string>;
  contentType?: string;
  body?: unknown;
};

/** One handler for every endpoint of the contract. */
export type Handlers = { [Name in EndpointName]: Handler<Name> };
