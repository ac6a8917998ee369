// The generated types under the names that the rooms use.

import type { components } from './generated/types.ts';
import { operations } from './generated/operations.ts';

/** Every schema of the contract by its name. */
export type Schemas = components['schemas'];

/** The id of an operation of the contract. */
export type OperationName = keyof typeof operations;

/** Least role that may call an operation; `none` needs no token. */
export type RequiredRole = Schemas['Role'] | 'none';

/** What the table knows of an operation. */
export type OperationEntry = {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** With parameters in braces. */
  path: string;
  role: RequiredRole;
  /** Name of the body's schema; null when there is no body. */
  body: keyof Schemas | null;
  statuses: readonly number[];
};

/** Every operation of the contract. */
export const operationTable: Readonly<Record<OperationName, OperationEntry>> = operations;

/** The names of all operations, in the order of the contract. */
export const operationNames = Object.keys(operations) as OperationName[];
