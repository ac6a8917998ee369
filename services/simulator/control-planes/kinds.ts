// The kinds of control planes: a file and a row each.
import type { KindTable } from './kind.ts';
import { createLedgerKind } from './ledger.ts';
import { createLocalKind } from './local/create-kind.ts';

/** By name; `ledger` is what an account has that chose none. */
export const KINDS = { ledger: createLedgerKind, local: createLocalKind } as const satisfies KindTable;
