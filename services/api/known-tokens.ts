// What the API does with the texts of tokens, and which of them were good a while ago; that opens nothing, it only goes first.

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
   * Waits for the turn of a request of whose token nothing is known, and gives what ends the turn: few of them are at work at once,
   * so that hundreds of guesses are spread over many turns of the event loop, in which everybody else is served. Throws
   * `unavailable` when too many wait.
   */
  takeTurn(hash: Uint8Array | undefined): Promise<() => void>;
};

const mostKnown = 10_000;
const strangersAtWork = 8;
const mostWaiting = 2_000;

/** Makes them; the newest good ones are remembered. */
export function createTokens(): Tokens {
  const good = new Set<string>();
  const waiting: (() => void)[] = [];
  let atWork = 0;
  const begin = (): (() => void) => {
    atWork += 1;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      atWork -= 1;
      // In a later turn of the event loop, whatever this one still has to do.
      setImmediate(() => waiting.shift()?.());
    };
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
      if (hash !== undefined && good.has(keyOf(hash))) return () => undefined;
      if (atWork < strangersAtWork && waiting.length === 0) return begin();
      if (waiting.length >= mostWaiting) {
        throw new FleetyardError('unavailable', 'Too many unknown tokens wait to be looked up; try again.');
      }
      return new Promise((resolve) => waiting.push(() => resolve(begin())));
    },
  };
}
