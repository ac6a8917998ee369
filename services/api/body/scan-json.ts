// Holds a JSON text against the limits before it is parsed, in one pass and without recursion.

import { type BodyLimits, checkKey, checkText, malformed, type Place, tooLarge } from './limits.ts';

/** An object or a list that is open. `keys` is there for objects, and finds the one that stands twice. */
type Open = { keys: Set<string> | undefined; entries: number; place: Place | undefined; inner: Place };

const [quote, backslash, comma, openList, closeList, openObject, closeObject] = [...'"\\,[]{}'].map((sign) =>
  sign.charCodeAt(0),
);

/**
 * Throws `payload-too-large` or `malformed-body` with a pointer. Grammar is the parser's business: a text that is no JSON may pass here.
 */
export function scanJson(text: string, limits: BodyLimits): void {
  const scan = new Scan(text, limits);
  while (scan.at < text.length) scan.step();
}

class Scan {
  at = 0;
  private readonly open: Open[] = [];
  private values = 0;
  /** Whether the next text of an object is a key. */
  private awaitsKey = false;
  private readonly text: string;
  private readonly limits: BodyLimits;

  constructor(text: string, limits: BodyLimits) {
    this.text = text;
    this.limits = limits;
  }

  step(): void {
    const sign = this.text.charCodeAt(this.at);
    if (sign === quote) this.readText();
    else if (sign === openObject || sign === openList) this.enter(sign === openObject);
    else if (sign === closeObject || sign === closeList) this.leave();
    else if (sign === comma) this.goOn();
    else if (isPlain(sign)) this.readPlain();
    else this.at += 1;
  }

  private get here(): Open | undefined {
    return this.open[this.open.length - 1];
  }

  private enter(isObject: boolean): void {
    const place = this.here?.inner;
    this.countValue();
    if (this.open.length >= this.limits.depth)
      throw tooLarge(place, `it is more than ${this.limits.depth} levels deep`);
    const inner: Place = { parent: place, key: 0 };
    this.open.push({ keys: isObject ? new Set() : undefined, entries: 0, place, inner });
    this.awaitsKey = isObject;
    this.at += 1;
  }

  private leave(): void {
    this.open.pop();
    this.awaitsKey = false;
    this.at += 1;
  }

  private goOn(): void {
    const { here } = this;
    if (here !== undefined) {
      if (here.keys === undefined) here.inner.key = here.entries;
      this.awaitsKey = here.keys !== undefined;
    }
    this.at += 1;
  }

  private countValue(): void {
    this.values += 1;
    if (this.values > this.limits.values) throw tooLarge(undefined, `it holds more than ${this.limits.values} values`);
    if (this.here?.keys === undefined) this.countEntry();
  }

  private countEntry(): void {
    const { here } = this;
    if (here === undefined) return;
    here.entries += 1;
    if (here.entries > this.limits.entries)
      throw tooLarge(here.place, `it has more than ${this.limits.entries} entries`);
  }

  private readText(): void {
    const begin = this.at;
    const end = findEnd(this.text, begin + 1);
    this.at = end + 1;
    const text = decode(this.text.slice(begin, this.at));
    const { here } = this;
    if (here?.keys === undefined || !this.awaitsKey) {
      this.countValue();
      return checkText(text, here?.inner, this.limits);
    }
    this.awaitsKey = false;
    here.inner.key = text;
    this.countEntry();
    checkKey(text, here.inner, this.limits);
    if (here.keys.has(text)) throw malformed(here.inner, 'A key stands here twice.');
    here.keys.add(text);
  }

  /** A number, or a word such as true. */
  private readPlain(): void {
    const begin = this.at;
    while (this.at < this.text.length && isPlain(this.text.charCodeAt(this.at))) this.at += 1;
    this.countValue();
    // The parser would make infinity of a number that is too large, which no JSON can say again.
    const number = Number(this.text.slice(begin, this.at));
    if (number === Infinity || number === -Infinity) throw malformed(this.here?.inner, 'A number is too large.');
  }
}

/** Where the quote is that ends a text; the end of all when there is none. */
function findEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const sign = text.charCodeAt(at);
    if (sign === quote) return at;
    at += sign === backslash ? 2 : 1;
  }
  return text.length;
}

function decode(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    // The parser will say so.
    return '';
  }
}

function isPlain(sign: number): boolean {
  return (
    (sign >= 0x30 && sign <= 0x39) ||
    (sign >= 0x61 && sign <= 0x7a) ||
    (sign >= 0x41 && sign <= 0x5a) ||
    sign === 0x2d ||
    sign === 0x2b ||
    sign === 0x2e
  );
}
