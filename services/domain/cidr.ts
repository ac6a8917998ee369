// IPv4 blocks as pairs of numbers: parsing, printing, and how they lie to each other.

/** A block of addresses; both ends belong to it. Numbers are exact up to 2^53, so 32 bits are safe. */
export type Block = { first: number; last: number };

const octet = String.raw`(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const blockForm = new RegExp(String.raw`^${octet}\.${octet}\.${octet}\.${octet}/(3[0-2]|[12]\d|\d)$`);

/** Reads `a.b.c.d/n`; undefined unless it is IPv4, in full decimal form, and its host bits are zero. */
export function parseBlock(cidr: string): Block | undefined {
  const match = blockForm.exec(cidr);
  if (match === null) return undefined;
  const first = ((Number(match[1]) * 256 + Number(match[2])) * 256 + Number(match[3])) * 256 + Number(match[4]);
  const size = 2 ** (32 - Number(match[5]));
  return first % size === 0 ? { first, last: first + size - 1 } : undefined;
}

/** Reads a block that is known to be well formed, such as one out of the store or the catalogue. */
export function getBlock(cidr: string): Block {
  const block = parseBlock(cidr);
  if (block === undefined) throw new TypeError(`not an IPv4 block: ${cidr}`);
  return block;
}

/** Prints a block whose size is a power of two. */
export function printBlock(block: Block): string {
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(block.first / 2 ** shift) % 256);
  return `${octets.join('.')}/${prefixOf(block)}`;
}

/** The length of a block's prefix. */
export function prefixOf(block: Block): number {
  return 32 - Math.log2(sizeOf(block));
}

/** How many addresses a block has. */
export function sizeOf(block: Block): number {
  return block.last - block.first + 1;
}

/** Whether two blocks share an address. */
export function overlaps(a: Block, b: Block): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Whether the first block lies in the second. */
export function isInside(inner: Block, outer: Block): boolean {
  return inner.first >= outer.first && inner.last <= outer.last;
}

/** The longest prefix whose block has at least so many addresses. */
export function prefixFor(addresses: number): number {
  return 32 - Math.ceil(Math.log2(Math.max(1, addresses)));
}
