// Which endpoint of the contract a call that an answer names is.
import { type EndpointName, endpointNames, endpointTable } from '../../services/contract/schemas.ts';
import type { Call } from '../../services/domain/ways-out.ts';

const endpoints = endpointNames.map((name) => {
  const { method, path } = endpointTable[name];
  return { name, method, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`) };
});

/** Undefined for a call that the service does not know. */
export function findEndpoint({ method, path }: Pick<Call, 'method' | 'path'>): EndpointName | undefined {
  return endpoints.find((endpoint) => endpoint.method === method && endpoint.pattern.test(path.split('?')[0] ?? ''))
    ?.name;
}
