// Finds values that a text itself calls secret: `password: x`, `"clientSecret":"x"`, the same in JSON inside JSON, `AWS_SECRET_ACCESS_KEY=x`.

import { redacted } from './redacted.ts';

const secretWords =
  /(?:password|passphrase|passwd|secret|token|private[_-]?key|access[_-]?key|api[_-]?key|account[_-]?key|client[_-]?key[_-]?data|authorization|signature)(?![\w-])/gi;
const separator = /\\*["']?[ \t]{0,8}[:=][ \t]{0,8}/y;
const opening = /(\\*)(["'])/y;
const bareValue = /[^\s,;&{}[\]()<>"'\\]+/y;
// What stands in place of a value and is none, and the schemes whose credentials have a shape of their own.
const harmless = /^(?:null|true|false|undefined|bearer|basic|[a-z]{2}_[0-9a-hjkmnp-tv-z]{26})$/i;
// Words that people use in sentences as well (`invalid token: expired`): a bare value is only hidden when it looks like one.
const everyday = /^(?:secret|token|signature|authorization)$/i;
const idLength = 29;
const opaque = /\d|.{20}/;

/** The text without them. One pass: what was looked at for one value is not looked at again for the next. */
export function redactNamed(text: string): string {
  let clean = '';
  let done = 0;
  secretWords.lastIndex = 0;
  for (let word = secretWords.exec(text); word !== null; word = secretWords.exec(text)) {
    const begin = findValue(text, secretWords.lastIndex);
    if (begin === undefined) continue;
    const value = measureValue(text, begin, word[0]);
    if (value === undefined) continue;
    clean += `${text.slice(done, value.from)}${redacted}`;
    done = value.to;
    secretWords.lastIndex = Math.max(done, secretWords.lastIndex);
  }
  return done === 0 ? text : clean + text.slice(done);
}

function findValue(text: string, afterWord: number): number | undefined {
  separator.lastIndex = afterWord;
  return separator.test(text) ? separator.lastIndex : undefined;
}

/** Where a value that should not be seen begins and ends; a quoted one without its quotes. */
function measureValue(text: string, begin: number, word: string): { from: number; to: number } | undefined {
  if (text.startsWith(redacted, begin)) return undefined;
  opening.lastIndex = begin;
  const [, slashes = '', quote = ''] = opening.exec(text) ?? [];
  if (quote !== '') {
    const from = opening.lastIndex;
    const to = findClosing(text, from, quote, slashes.length);
    return to === from || isId(text, from, to) ? undefined : { from, to };
  }
  bareValue.lastIndex = begin;
  const [bare] = bareValue.exec(text) ?? [];
  if (bare === undefined || harmless.test(bare) || (everyday.test(word) && !opaque.test(bare))) return undefined;
  return { from: begin, to: begin + bare.length };
}

/** The id of a token is no token. */
function isId(text: string, from: number, to: number): boolean {
  return to - from === idLength && harmless.test(text.slice(from, to));
}

/**
 * Where a quoted value ends; the end of the text when it was cut off. JSON inside JSON doubles backslashes: a quote that ends a value has as many
 * as the one that began it, a quote inside of the value twice as many and one, and each backslash of the value adds twice that.
 */
function findClosing(text: string, from: number, quote: string, slashes: number): number {
  let run = 0;
  for (let at = from; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === quote && run % (2 * (slashes + 1)) === slashes) return at - slashes;
    run = sign === '\\' ? run + 1 : 0;
  }
  return text.length;
}
