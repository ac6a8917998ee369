// What the API does with the texts of tokens, and which of them were good a while ago; that opens nothing.

import { createTokenText, hashToken, isTokenText } from '../vault/tokens.ts';

/** Makes and hashes tokens, and tells guesses from them. */
export type Tokens = {
  create(): string;
  hash(token: string): Uint8Array;
  /** Whether the text can be a token at all. */
  isWellFormed(token: string): boolean;
  /** Whether a token of this hash was good when it was last looked up. */
  wasGood(hash: Uint8Array): boolean;
  noteGood(hash: Uint8Array): void;
};

const mostKnown = 10_000;

/** Makes them; the newest good ones are remembered. */
export function createTokens(): Tokens {
  const good = new Set<string>();
  const keyOf = (hash: Uint8Array): string => Buffer.from(hash).toString('base64');
  return {
    create: createTokenText,
    hash: hashToken,
    isWellFormed: isTokenText,
    wasGood: (hash) => good.has(keyOf(hash)),
    noteGood(hash) {
      const key = keyOf(hash);
      good.delete(key);
      good.add(key);
      const [oldest] = good;
      if (good.size > mostKnown && oldest !== undefined) good.delete(oldest);
    },
  };
}
