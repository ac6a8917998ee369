// What the daemon's routes answer.
import type { Values } from '../ledger/resource.ts';

/** A JSON answer; a string is sent as plain text. */
export type Answer = { status: number; body: Values | string };
