// Every column that holds sealed values, and what each value is sealed for: a new master key has to reach them all.

import { secretContext } from './credentials.ts';
import { answerContext, type IdempotencyScope } from './idempotency.ts';
import { settingContext } from './settings.ts';
import { doubtfulContext } from './stack-health.ts';
import { passphraseContext, snapshotContext } from './stacks.ts';

/** A sealed column. */
export type SealedColumn = {
  table: string;
  column: string;
  /** What a value's context is made of, as the rows have it. */
  keys: readonly string[];
  contextOf(row: Record<string, string>): string;
};

/** One row of the table below, whose context is made of the keys that it names. */
function seal<Key extends string>(
  table: string,
  column: string,
  keys: readonly Key[],
  contextOf: (row: Record<Key, string>) => string,
): SealedColumn {
  return { table, column, keys, contextOf };
}

/** All of them; the rotation refuses to count when the schema has another one. */
export const sealedColumns: readonly SealedColumn[] = [
  seal('settings', 'value_enc', ['name'], ({ name }) => settingContext(name)),
  seal('credentials', 'secret_enc', ['id'], ({ id }) => secretContext(id)),
  seal('stacks', 'passphrase_enc', ['id'], ({ id }) => passphraseContext(id)),
  seal('stacks', 'doubtful_enc', ['id'], ({ id }) => doubtfulContext(id)),
  seal('snapshots', 'deployment_enc', ['stackId'], ({ stackId }) => snapshotContext(stackId)),
  seal('idempotency_keys', 'body_enc', ['tokenId', 'method', 'path', 'key'], (scope: IdempotencyScope) =>
    answerContext(scope),
  ),
];
