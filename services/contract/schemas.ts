// The generated types under the names that the rooms use.

import type { components } from './generated/types.ts';
import { endpoints } from './generated/endpoints.ts';

/** Every schema of the contract by its name. */
export type Schemas = components['schemas'];

/** The name of an endpoint: its `operationId` in the contract. */
export type EndpointName = keyof typeof endpoints;

/** Least role that may call an endpoint; `none` needs no token. */
export type RequiredRole = Schemas['Role'] | 'none';

/** What the table knows of an endpoint. */
export type EndpointEntry = {
  method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** With parameters in braces. */
  path: string;
  role: RequiredRole;
  /** Name of the body's schema; null when there is no body. */
  body: keyof Schemas | null;
  /** A body that may be left out. */
  bodyOptional?: boolean;
  /** A body that is a JSON merge patch, and nothing else. */
  mergePatch?: boolean;
  statuses: readonly number[];
};

/** Every endpoint of the contract. */
export const endpointTable: Readonly<Record<EndpointName, EndpointEntry>> = endpoints;

/** The names of all endpoints, in the order of the contract. */
export const endpointNames = Object.keys(endpoints) as EndpointName[];
