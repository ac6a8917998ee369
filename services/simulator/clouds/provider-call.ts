// A provider call as a plugin sends it, and what it is answered.
import type { Resource, Values } from '../ledger/resource.ts';
import { getCloudOf } from './registry.ts';
import type { ResourceType } from './resource-type.ts';
import { findSchema } from './schemas/schema.ts';

/** One provider call as it comes over the wire. */
export type ProviderCall = {
  account: string;
  type: string;
  /** Logical name. */
  name: string;
  urn: string;
  config: Values;
  requestId?: string;
  id?: string;
  inputs: Values;
  olds?: Values;
  state?: Values;
  preview?: boolean;
  timeoutSeconds?: number;
};

/** Inputs as completed, and what is wrong with them. */
export type CheckAnswer = { inputs: Values; failures: { property: string; reason: string }[] };

/** A resource as a call answers it. */
export type ResourceAnswer = { id: string; outputs: Values; inputs?: Values; secrets: string[] };

/** The resource exists but did not come up, or the caller gave up waiting. */
export class PartialError extends Error {
  readonly code: string;
  readonly answer: ResourceAnswer;

  constructor(code: string, message: string, answer: ResourceAnswer) {
    super(message);
    this.name = 'PartialError';
    this.code = code;
    this.answer = answer;
  }
}

/** What a call answers about a resource. */
export function answerOf(type: ResourceType, resource: Resource): ResourceAnswer {
  const pending = resource.state === 'creating' ? type.whileCreating : undefined;
  const outputs = pickOutputs(type.token, { ...resource.outputs, ...pending });
  return { id: resource.id, outputs, secrets: type.secretOutputs ?? [] };
}

/** What the SDK declares as outputs; parts of an id, such as Azure's group names, are inputs alone. */
export function pickOutputs(token: string, values: Values): Values {
  const schema = findSchema(getCloudOf(token).name, token);
  return Object.fromEntries(Object.entries(values).filter(([name]) => !schema || Object.hasOwn(schema.outputs, name)));
}
