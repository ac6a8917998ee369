// Which addresses may be called: public ones, and private ones that the installation names; never those that reach the machine's surroundings.

import ipaddr from 'ipaddr.js';

/** A range of addresses. */
export type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Kinds of addresses, in ipaddr.js's words, that an installation may allow; every other kind but `unicast` never is. */
const allowable = new Set(['private', 'carrierGradeNat', 'uniqueLocal', 'loopback']);

/** Services of clouds that hand out identities; some of them lie in ranges that could be allowed, or in public ones. */
const never = ['169.254.0.0/16', '168.63.129.16/32', '100.100.100.200/32', 'fd00:ec2::/32', 'fd20:ce::/32'].map(
  getNetwork,
);

const globalUnicast = getNetwork('2000::/3');

/** Reads a range such as 10.0.0.0/8; undefined when it is none. */
export function findNetwork(text: string): Network | undefined {
  if (!/^[0-9A-Fa-f:.]+\/\d{1,3}$/.test(text) || !ipaddr.isValidCIDR(text)) return undefined;
  return ipaddr.parseCIDR(text);
}

/** Whether a range holds only addresses that may be allowed. */
export function isAllowable(network: Network): boolean {
  const [address, prefix] = network;
  // The ends of a block are of one kind with all between them: the kinds are blocks themselves, and none lies within another's.
  const ends = [firstOf(address, prefix), lastOf(address, prefix)];
  const kinds = new Set(ends.map((end) => end.range()));
  const [kind = ''] = kinds;
  return kinds.size === 1 && allowable.has(kind) && !ends.some((end) => isMetadata(end));
}

/** Whether an address may be called. */
export function mayCall(text: string, allowed: readonly Network[]): boolean {
  // Zones (fe80::1%eth0) are for link-local addresses alone.
  if (text.includes('%') || !ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (isMetadata(address)) return false;
  const kind = address.range();
  // Of IPv6 only 2000::/3 is given out to the public.
  if (kind === 'unicast') return address.kind() === 'ipv4' || isWithin(address, globalUnicast);
  return allowable.has(kind) && allowed.some((network) => isWithin(address, network));
}

function getNetwork(text: string): Network {
  const network = findNetwork(text);
  if (network === undefined) throw new Error(`${text} is no range`);
  return network;
}

function isMetadata(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return never.some((network) => isWithin(address, network));
}

function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6, [network, prefix]: Network): boolean {
  return address.kind() === network.kind() && address.match(network as ipaddr.IPv4 & ipaddr.IPv6, prefix);
}

function firstOf(address: ipaddr.IPv4 | ipaddr.IPv6, prefix: number): ipaddr.IPv4 | ipaddr.IPv6 {
  return withHostBits(address, prefix, 0);
}

function lastOf(address: ipaddr.IPv4 | ipaddr.IPv6, prefix: number): ipaddr.IPv4 | ipaddr.IPv6 {
  return withHostBits(address, prefix, 0xff);
}

function withHostBits(address: ipaddr.IPv4 | ipaddr.IPv6, prefix: number, fill: number): ipaddr.IPv4 | ipaddr.IPv6 {
  const bytes = address.toByteArray().map((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefix - index * 8));
    const mask = (0xff << (8 - kept)) & 0xff;
    return (byte & mask) | (fill & ~mask & 0xff);
  });
  return ipaddr.fromByteArray(bytes);
}
