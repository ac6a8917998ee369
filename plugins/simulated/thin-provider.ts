// A provider that knows nothing itself: every call goes to the daemon, and the daemon's failures come back as its own.
import { randomUUID } from 'node:crypto';
import type { Diff } from '../kit/diff.ts';
import { PartialCreationError, type Provider, type ResourceState } from '../kit/provider.ts';
import type { Properties, PropertyValue } from '../kit/values.ts';
import { DaemonError, type AskDaemon } from './daemon-client.ts';

/** What differs between the plugins. */
export type Flavour = {
  name: string;
  version: string;
  /** Turns the provider's configuration into what travels with each call. */
  readConfig(config: Properties): Promise<Properties>;
};

type Found = { resource: ResourceState | null };

/** Makes the provider. */
export function createThinProvider(flavour: Flavour, ask: AskDaemon): Provider {
  let config: Properties = {};
  return {
    name: flavour.name,
    version: flavour.version,
    async configure(given) {
      config = await flavour.readConfig(parseConfig(given));
    },
    check: ({ signal, ...call }) => ask('check', { ...call, inputs: call.news, config }, signal),
    diff: ({ signal, ...call }) => ask<Diff>('diff', { ...call, inputs: call.news, config }, signal),
    create: ({ signal, ...call }) =>
      withFailures(ask, (requestId) => ask<ResourceState>('create', { ...call, config, requestId }, signal), signal),
    async read({ signal, ...call }) {
      return (await ask<Found>('read', { ...call, config }, signal)).resource ?? undefined;
    },
    update: ({ signal, ...call }) =>
      withFailures(ask, () => ask<ResourceState>('update', { ...call, inputs: call.news, config }, signal), signal),
    delete: ({ signal, ...call }) => ask('delete', { ...call, config }, signal),
    invoke: ({ signal, token, args }) => ask<{ result: Properties }>('invoke', { token, args, config }, signal),
  };
}

/** The engine hands the values of a provider's configuration over as JSON text when they are no strings. */
export function parseConfig(given: Properties): Properties {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, parseSetting(value)]));
}

function parseSetting(value: PropertyValue): PropertyValue {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as PropertyValue;
  } catch {
    // A text that only looks like JSON stays a text.
    return value;
  }
}

/** What exists although the call failed is told to the engine, so that its state knows it. */
async function withFailures(
  ask: AskDaemon,
  call: (requestId: string) => Promise<ResourceState>,
  signal: AbortSignal,
): Promise<ResourceState> {
  const requestId = randomUUID();
  try {
    return await call(requestId);
  } catch (error) {
    if (error instanceof DaemonError) {
      const { code, message, partial } = error.failure;
      if (code === 'SimulatedCrash') process.kill(process.pid, 'SIGKILL');
      if (partial) throw new PartialCreationError(message, partial);
      throw error;
    }
    if (!signal.aborted) throw error;
    const { resource } = await ask<Found>('abandon', { requestId }).catch((): Found => ({ resource: null }));
    const message = 'context canceled: the call was given up, the cloud goes on with it';
    if (resource) throw new PartialCreationError(message, resource);
    throw new Error(message, { cause: error });
  }
}
