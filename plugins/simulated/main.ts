// A plugin of the simulated clouds: `node plugins/simulated/main.ts <aws|azure-native|gcp|kubernetes>`, started by
// the Pulumi CLI, from which it inherits the account of the step.
import { serveProvider } from '../kit/serve.ts';
import { createDaemonClient } from './daemon-client.ts';
import { FLAVOURS, type PluginName } from './flavours.ts';

function read(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(`${name} is not set: the simulated clouds' plugins run only inside a step of a simulated credential`);
}

const name = process.argv[2] ?? '';
if (!(name in FLAVOURS)) throw new Error(`no simulated plugin is called "${name}"`);

const ask = createDaemonClient({
  url: read('FLEETYARD_SIMULATOR_URL'),
  account: read('FLEETYARD_SIMULATOR_ACCOUNT'),
  token: read('FLEETYARD_SIMULATOR_TOKEN'),
});
await serveProvider(await FLAVOURS[name as PluginName].createProvider(ask, process.env));
