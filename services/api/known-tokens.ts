// What the API does with the texts of tokens, and which of them were good a while ago; that opens nothing, it only goes first.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { FleetyardError } from '../domain/errors.ts';
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
  /**
   * Waits for the turn of a token of which nothing is known: few of them are served in each turn of the event loop, so that hundreds
   * of guesses at once are spread over many turns, in which everybody else is served. Throws `unavailable` when too many wait.
   */
  takeTurn(hash: Uint8Array): Promise<void>;
};

const mostKnown = 10_000;
const strangersATurn = 4;
const mostWaiting = 2_000;

/** Makes them; the newest good ones are remembered. */
export function createTokens(): Tokens {
  const good = new Set<string>();
  const waiting: (() => void)[] = [];
  let serving = false;
  const serve = async (): Promise<void> => {
    serving = true;
    while (waiting.length > 0) {
      for (const go of waiting.splice(0, strangersATurn)) go();
      await nextTurn();
    }
    serving = false;
  };
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
    async takeTurn(hash) {
      if (good.has(keyOf(hash))) return;
      if (waiting.length >= mostWaiting) {
        throw new FleetyardError('unavailable', 'Too many unknown tokens wait to be looked up; try again.');
      }
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (!serving) void serve();
      });
    },
  };
}
