// The one guard of every connection to an address that a user gave: what may be called is decided here, at the moment of the call.

import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { findNetwork, mayCall, type Network } from './judge-address.ts';
import { explainOutgoing, OutgoingError } from './outgoing-error.ts';
import type { OutgoingUrl } from './read-url.ts';

/**
 * Who named the address: `user`, held to public addresses and the allow-list; `cloud`, the answer of a cloud about a cluster, which may lie in a
 * private network; `simulated`, the simulated clouds on their own machine.
 */
export type Origin = 'user' | 'cloud' | 'simulated';

/** An address that was checked; whoever connects, connects to this one. */
export type CheckedAddress = { address: string; family: 4 | 6 };

/** Resolves a name to all its addresses. */
export type Resolver = (host: string) => Promise<string[]>;

/** Decides which addresses may be called. */
export type OutgoingGuard = {
  /** Resolves the host once and checks every address that it has; throws an `OutgoingError`. */
  check(url: Pick<OutgoingUrl, 'host'>, origin: Origin): Promise<CheckedAddress[]>;
};

/** What the guard is told at the start of a process. */
export type OutgoingRules = {
  /** Private networks that users' addresses may lie in. */
  privateNetworks: readonly string[];
  /** Where the simulated clouds are. */
  simulatorUrl?: string | undefined;
  resolve?: Resolver;
};

const loopback = ['127.0.0.0/8', '::1/128'];
const anyPrivate = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'];
/** A name may stand for many machines, of which a few do. */
const most = 8;

const resolveBySystem: Resolver = async (host) => {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address }) => address);
};

/** Makes the guard. */
export function createOutgoingGuard({
  privateNetworks,
  simulatorUrl,
  resolve = resolveBySystem,
}: OutgoingRules): OutgoingGuard {
  const allowed: Record<Origin, Network[]> = {
    user: readNetworks(privateNetworks),
    cloud: readNetworks([...anyPrivate, ...privateNetworks]),
    simulated: readNetworks(loopback),
  };
  const simulator = simulatorUrl === undefined ? undefined : new URL(simulatorUrl).hostname;
  return {
    async check({ host }, origin) {
      const addresses = isIP(host) === 0 ? await resolveHost(resolve, host) : [host];
      if (addresses.length === 0) throw new OutgoingError('name-unknown');
      const own = origin === 'simulated' && host === simulator;
      // One bad address is enough: which of them would be called is for the caller's library to choose.
      if (!own && !addresses.every((address) => mayCall(address, allowed[origin]))) {
        throw new OutgoingError('address-refused');
      }
      return addresses.slice(0, most).map((address) => ({ address, family: isIP(address) === 6 ? 6 : 4 }));
    },
  };
}

async function resolveHost(resolve: Resolver, host: string): Promise<string[]> {
  try {
    return await resolve(host);
  } catch (error) {
    throw explainOutgoing(error);
  }
}

function readNetworks(texts: readonly string[]): Network[] {
  return texts.map((text) => {
    const network = findNetwork(text);
    if (network === undefined) throw new Error(`${text} is no range of addresses`);
    return network;
  });
}
