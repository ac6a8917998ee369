// Checks requests and answers against the contract: Ajv for JSON Schema 2020-12, every error, nothing changed in bodies.

import { Ajv2020, type AnySchema, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import {
  type ContractDocument,
  getDocumentEndpoint,
  listResponses,
  type Parameter,
  readContractDocument,
} from './document.ts';
import { chooseBranches } from './choose-branches.ts';
import { type FieldError, listFieldErrors } from './field-errors.ts';
import { type EndpointName, endpointTable } from './schemas.ts';
import { typeLists } from './type-lists.ts';

/** A wrong path, query or header parameter. */
export type ParameterError = { parameter: string; code: string; message: string };

/** Parameters as strings, as they come in. */
export type RawParameters = {
  path: Record<string, unknown>;
  query: Record<string, unknown>;
  headers: Record<string, unknown>;
};

/** Parameters after checking: numbers and booleans have become such. */
export type CheckedParameters = {
  path: Record<string, string>;
  query: Record<string, string | number | boolean | string[] | undefined>;
};

/** The checks of one endpoint. */
export type EndpointValidator = {
  checkBody: (body: unknown) => FieldError[];
  checkParameters: (raw: RawParameters) => { parameters: CheckedParameters; errors: ParameterError[] };
  /** Says what an answer breaks; empty when nothing. */
  checkResponse: (status: number, contentType: string | undefined, body: unknown) => string[];
};

const documentKey = 'contract';

/** Builds the checks of every endpoint; each schema is compiled when it is first needed. */
export function createValidators(
  document: ContractDocument = readContractDocument(),
): Record<EndpointName, EndpointValidator> {
  const bodies = createAjv(false);
  const parameters = createAjv(true);
  const components = typeLists(chooseBranches(document.components));
  for (const ajv of [bodies, parameters]) ajv.addSchema({ $id: documentKey, components });
  const validators = Object.keys(endpointTable).map((name) => [
    name,
    createEndpointValidator(document, name as EndpointName, bodies, parameters),
  ]);
  return Object.fromEntries(validators) as Record<EndpointName, EndpointValidator>;
}

function createAjv(coerceTypes: boolean): Ajv2020 {
  const code = { process: gatherErrors };
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: false, coerceTypes, validateFormats: true, code });
  formats.default(ajv);
  return ajv;
}

/**
 * For each value that a reference checks, Ajv copies all the errors found so far, which takes the square of their number (measured: six seconds
 * for 32,000 faults). Here they are added to what there is.
 */
function gatherErrors(code: string): string {
  const gathered = code.replaceAll(
    /vErrors\.concat\(([\w.]+)\)/g,
    '$1.reduce((all, one) => (all.push(one), all), vErrors)',
  );
  if (gathered.includes('vErrors.concat')) throw new Error('This Ajv gathers errors in a way that is not known here');
  return gathered;
}

function createEndpointValidator(
  document: ContractDocument,
  name: EndpointName,
  bodies: Ajv2020,
  coercing: Ajv2020,
): EndpointValidator {
  const entry = endpointTable[name];
  const { endpoint, parameters } = getDocumentEndpoint(document, entry.path, entry.method);
  const schema = entry.body;
  const responses = new Map(listResponses(document, endpoint));
  const compiled = new Map<string, (value: unknown) => FieldError[]>();
  return {
    checkBody:
      schema === null
        ? () => []
        : checkWith(() => bodies.compile({ $ref: `${documentKey}#/components/schemas/${schema}` })),
    checkParameters: createParameterCheck(parameters, coercing),
    checkResponse: (status, contentType, body) => {
      const response = responses.get(status);
      if (response === undefined) return [`${name} answers ${status}, which the contract does not know`];
      const media = contentType?.split(';')[0]?.trim();
      if (response.content === undefined) return body === undefined ? [] : [`${name} ${status} has a body`];
      const content = media === undefined ? undefined : response.content[media];
      if (content === undefined) return [`${name} ${status} answers as ${media ?? 'nothing'}`];
      // Its schema is that of each event, and none has come yet.
      if (media === 'text/event-stream') return [];
      const key = `${status} ${media ?? ''}`;
      const check = compiled.get(key) ?? checkWith(() => bodies.compile(rebase(content.schema ?? {}) as AnySchema));
      compiled.set(key, check);
      return check(body).map((error) => `${name} ${status} ${error.pointer} ${error.message}`);
    },
  };
}

function createParameterCheck(parameters: Parameter[], ajv: Ajv2020): EndpointValidator['checkParameters'] {
  const known = new Set(parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name));
  const checks = parameters.map((parameter) => ({
    parameter,
    check: checkWith(() =>
      ajv.compile({ type: 'object', properties: { value: rebase(parameter.schema) }, required: ['value'] }),
    ),
  }));
  return (raw) => {
    const errors: ParameterError[] = [];
    const checked: CheckedParameters = { path: {}, query: {} };
    for (const name of Object.keys(raw.query)) {
      if (!known.has(name))
        errors.push({ parameter: name, code: 'unknown-parameter', message: 'is not a parameter here' });
    }
    for (const { parameter, check } of checks) {
      const holder = { value: readParameter(raw, parameter) };
      if (holder.value === undefined) continue;
      if (parameter.schema['type'] === 'integer' && !isWhole(holder.value)) {
        errors.push({ parameter: parameter.name, code: 'wrong-type', message: 'must be a whole number' });
        continue;
      }
      for (const { code, message } of check(holder)) errors.push({ parameter: parameter.name, code, message });
      if (parameter.in === 'path') checked.path[parameter.name] = String(holder.value);
      if (parameter.in === 'query') checked.query[parameter.name] = holder.value as CheckedParameters['query'][string];
    }
    return { parameters: checked, errors };
  };
}

/** Written in digits: Ajv would also take `0x10`, `1e3` and spaces around. */
function isWhole(value: unknown): boolean {
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value);
}

function readParameter(raw: RawParameters, parameter: Parameter): unknown {
  if (parameter.in === 'path') return raw.path[parameter.name];
  if (parameter.in === 'query') {
    const value = raw.query[parameter.name];
    // One that may be given many times was given once.
    return parameter.schema['type'] === 'array' && typeof value === 'string' ? [value] : value;
  }
  return raw.headers[parameter.name.toLowerCase()];
}

function checkWith(compile: () => ValidateFunction): (value: unknown) => FieldError[] {
  let validate: ValidateFunction | undefined;
  return (value) => {
    validate ??= compile();
    return validate(value) ? [] : listFieldErrors(validate.errors ?? []);
  };
}

/** References in the document are relative to it; a schema that is compiled alone must name it. */
function rebase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rebase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string' ? `${documentKey}${inner}` : rebase(inner),
    ]),
  );
}
