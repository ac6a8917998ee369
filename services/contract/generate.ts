// Writes what is generated from openapi.yaml: the document as JSON, the TypeScript types, the table of endpoints.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { parse } from 'yaml';

type MediaTypes = Record<string, { schema?: { $ref?: string; type?: string } }>;
type Response = { $ref?: string; content?: MediaTypes };
type SourceEndpoint = {
  operationId: string;
  'x-fleetyard-role': string;
  requestBody?: { content: MediaTypes; required?: boolean };
  responses: Record<string, Response>;
};
type Source = { paths: Record<string, Record<string, SourceEndpoint>> };

const methods = ['get', 'put', 'post', 'delete', 'patch'];
const source = fileURLToPath(new URL('../../openapi.yaml', import.meta.url));
const directory = new URL('./generated/', import.meta.url);
const notice = '// Generated from openapi.yaml by services/contract/generate.ts. Do not edit.\n\n';

/** Every generated file by name, with its text. */
async function generateFiles(): Promise<Map<string, string>> {
  const document = parse(await readFile(source, 'utf8'), { merge: true }) as OpenAPI3 & Source;
  delete document.components?.['x-shared-fields'];
  const types = astToString(await openapiTS(takeStreamsAsText(structuredClone(document)), { alphabetize: false }));
  return new Map([
    ['document.json', `${JSON.stringify(document, null, 1)}\n`],
    ['types.ts', notice + types],
    ['endpoints.ts', notice + writeEndpoints(document)],
  ]);
}

/** The schema of a stream describes each event; what a client is given is the text of all of them. */
function takeStreamsAsText<T extends Source>(document: T): T {
  for (const item of Object.values(document.paths)) {
    for (const { responses = {} } of Object.values(item)) {
      for (const { content = {} } of Object.values(responses)) {
        const stream = content['text/event-stream'];
        if (stream !== undefined) stream.schema = { type: 'string' };
      }
    }
  }
  return document;
}

function writeEndpoints(document: Source): string {
  const lines = Object.entries(document.paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const endpoint = item[method];
      return endpoint === undefined ? [] : [writeEndpoint(path, method, endpoint)];
    }),
  );
  return [
    '/** Every endpoint of the contract: where it is, the least role that may call it, and the schema of its body. */',
    'export const endpoints = {',
    ...lines,
    '} as const;',
    '',
  ].join('\n');
}

function writeEndpoint(path: string, method: string, endpoint: SourceEndpoint): string {
  const content = endpoint.requestBody?.content;
  const mergePatch = content?.['application/merge-patch+json'];
  const ref = (content?.['application/json'] ?? mergePatch)?.schema?.$ref;
  const entry = {
    method: method.toUpperCase(),
    path,
    role: endpoint['x-fleetyard-role'],
    body: ref === undefined ? null : ref.slice(ref.lastIndexOf('/') + 1),
    ...(endpoint.requestBody?.required === false ? { bodyOptional: true } : {}),
    ...(mergePatch === undefined ? {} : { mergePatch: true }),
    statuses: Object.keys(endpoint.responses).map(Number),
  };
  return `  ${endpoint.operationId}: ${JSON.stringify(entry)},`;
}

async function readExisting(name: string): Promise<string | undefined> {
  try {
    return await readFile(new URL(name, directory), 'utf8');
  } catch {
    return undefined;
  }
}

/** Writes the files, or with `check` only names those that are not as they would be written. */
async function run(check: boolean): Promise<string[]> {
  const stale: string[] = [];
  await mkdir(directory, { recursive: true });
  for (const [name, text] of await generateFiles()) {
    if ((await readExisting(name)) === text) continue;
    stale.push(name);
    if (!check) await writeFile(new URL(name, directory), text);
  }
  return stale;
}

const check = process.argv.includes('--check');
const stale = await run(check);
if (stale.length > 0) {
  process.stdout.write(`${check ? 'out of date' : 'written'}: ${stale.join(', ')} in services/contract/generated\n`);
  if (check) process.exitCode = 1;
}
