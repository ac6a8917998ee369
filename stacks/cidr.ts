// IPv4 ranges as the plans cut them: parse, split, contain, count.

/** An IPv4 range: its first address as an unsigned number, and its prefix length. */
export type Range = { base: number; prefix: number };

const CIDR = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/** Reads `10.0.0.0/16`; throws on anything else, host bits included. */
export function parseRange(cidr: string): Range {
  const match = CIDR.exec(cidr);
  const numbers = match?.slice(1).map(Number) ?? [];
  const prefix = numbers[4] ?? 33;
  const octets = numbers.slice(0, 4);
  if (octets.length !== 4 || prefix > 32 || octets.some((octet) => octet > 255)) {
    throw new Error(`"${cidr}" is not an IPv4 range`);
  }
  const base = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  if (base % countAddresses({ base, prefix }) !== 0) throw new Error(`"${cidr}" has bits set behind its prefix`);
  return { base, prefix };
}

/** Writes a range as `10.0.0.0/16`. */
export function formatRange(range: Range): string {
  return `${formatAddress(range.base)}/${range.prefix}`;
}

/** Addresses in a range. */
export function countAddresses(range: Range): number {
  return 2 ** (32 - range.prefix);
}

/** The address at an offset in a range, such as the tenth of a service range. */
export function getAddress(range: Range, offset: number): string {
  if (offset < 0 || offset >= countAddresses(range)) {
    throw new Error(`${formatRange(range)} has no address ${offset}`);
  }
  return formatAddress(range.base + offset);
}

/** The `index`-th part of a range that is cut into parts of `prefix`. */
export function getPart(range: Range, prefix: number, index: number): Range {
  if (prefix < range.prefix || prefix > 32 || index < 0 || index >= 2 ** (prefix - range.prefix)) {
    throw new Error(`${formatRange(range)} has no part ${index} of /${prefix}`);
  }
  return { base: range.base + index * 2 ** (32 - prefix), prefix };
}

/** Whether `outer` holds the whole of `inner`. */
export function containsRange(outer: Range, inner: Range): boolean {
  return inner.base >= outer.base && inner.base + countAddresses(inner) <= outer.base + countAddresses(outer);
}

/** The smallest number of bits that tells `count` things apart. */
export function countBits(count: number): number {
  return Math.ceil(Math.log2(Math.max(count, 1)));
}

function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
