// The contract as data: the document that is served, and what validation reads from it.

import { readFileSync } from 'node:fs';

/** A parameter of an endpoint, with its reference resolved. */
export type Parameter = { name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema: JsonSchema };

/** A JSON Schema as it stands in the document. */
export type JsonSchema = Record<string, unknown>;

/** A response of an endpoint, with its reference resolved. */
export type ResponseEntry = { content?: Record<string, { schema?: JsonSchema }> };

/** An endpoint as it stands in the document. */
export type DocumentEndpoint = {
  operationId: string;
  parameters?: (Parameter | { $ref: string })[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, ResponseEntry | { $ref: string }>;
};

type PathItem = { parameters?: (Parameter | { $ref: string })[] } & Record<string, DocumentEndpoint | undefined>;

/** The whole document. */
export type ContractDocument = {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, PathItem>;
  components: Record<string, Record<string, unknown>>;
};

/** Reads the document that was generated from openapi.yaml. */
export function readContractDocument(): ContractDocument {
  return JSON.parse(readFileSync(new URL('./generated/document.json', import.meta.url), 'utf8')) as ContractDocument;
}

/** The endpoint at a path and method with every parameter of its own and of its path, references resolved. */
export function getDocumentEndpoint(
  document: ContractDocument,
  path: string,
  method: string,
): { endpoint: DocumentEndpoint; parameters: Parameter[] } {
  const item = document.paths[path];
  const endpoint = item?.[method.toLowerCase()];
  if (item === undefined || endpoint === undefined) throw new Error(`the contract has no ${method} ${path}`);
  const parameters = [...(item.parameters ?? []), ...(endpoint.parameters ?? [])];
  return { endpoint, parameters: parameters.map((parameter) => resolve<Parameter>(document, parameter)) };
}

/** The responses of an endpoint by status, references resolved. */
export function listResponses(document: ContractDocument, endpoint: DocumentEndpoint): [number, ResponseEntry][] {
  return Object.entries(endpoint.responses).map(([status, response]) => [
    Number(status),
    resolve<ResponseEntry>(document, response),
  ]);
}

function resolve<T extends object>(document: ContractDocument, value: T | { $ref: string }): T {
  if (!('$ref' in value) || typeof value.$ref !== 'string') return value as T;
  const [, section, kind, name] = value.$ref.split('/');
  const found = section === 'components' ? document.components[kind ?? '']?.[name ?? ''] : undefined;
  if (found === undefined) throw new Error(`the contract has no ${value.$ref}`);
  return found as T;
}
