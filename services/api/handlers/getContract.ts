import type { Handler } from '../call.ts';

/** Hands out the contract. */
export const getContract: Handler<'getContract'> = async ({ parts }) => ({ status: 200, body: { ...parts.document } });
