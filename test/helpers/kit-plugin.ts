// A provider plugin for the kit's tests: things kept in a JSON file, each with a computed value and a secret token.
import { readFileSync, writeFileSync } from 'node:fs';
import { diffProperties } from '../../plugins/kit/diff.ts';
import { PartialCreationError, type Provider } from '../../plugins/kit/provider.ts';
import { serveProvider } from '../../plugins/kit/serve.ts';
import { UNKNOWN, type Properties } from '../../plugins/kit/values.ts';

type Store = { calls: Record<string, unknown>[]; things: Record<string, Properties> };

const file = process.env['KIT_PLUGIN_STORE'] ?? '';
let configured: Properties = {};

function change<T>(edit: (store: Store) => T): T {
  const store = JSON.parse(readFileSync(file, 'utf8')) as Store;
  const result = edit(store);
  writeFileSync(file, JSON.stringify(store));
  return result;
}

function describe(inputs: Properties): Properties {
  return { ...inputs, token: `token-of-${String(inputs['name'])}`, computed: `computed ${String(inputs['size'])}` };
}

const provider: Provider = {
  name: 'kittest',
  version: '1.0.0',
  async configure(config) {
    configured = config;
  },
  async check({ news }) {
    const failures = news['size'] === 13 ? [{ property: 'size', reason: 'thirteen is refused' }] : [];
    return { inputs: { flavour: 'plain', ...news }, failures };
  },
  async diff({ olds, news }) {
    return diffProperties(olds, news, { replaceOn: ['name'], deleteBeforeReplace: news['flavour'] === 'exclusive' });
  },
  async create({ inputs, preview, timeoutSeconds }) {
    if (preview) return { id: '', outputs: { ...inputs, computed: UNKNOWN, token: UNKNOWN }, secrets: ['token'] };
    const id = `thing-${String(inputs['name'])}`;
    const outputs = describe(inputs);
    change((store) => {
      store.calls.push({ call: 'create', id, inputs, timeoutSeconds, configured });
      store.things[id] = outputs;
    });
    const state = { id, outputs, secrets: ['token'] };
    if (inputs['flavour'] === 'broken') throw new PartialCreationError('the thing did not start', state);
    return state;
  },
  async read({ id, inputs }) {
    const outputs = change((store) => store.things[id]);
    if (!outputs) return undefined;
    const { token: _token, computed: _computed, ...current } = outputs;
    return { id, outputs, secrets: ['token'], inputs: { ...inputs, ...current } };
  },
  async update({ id, news, preview }) {
    if (preview) return { id, outputs: { ...news, computed: UNKNOWN, token: UNKNOWN }, secrets: ['token'] };
    const outputs = describe(news);
    change((store) => {
      store.calls.push({ call: 'update', id });
      store.things[id] = outputs;
    });
    return { id, outputs, secrets: ['token'] };
  },
  async delete({ id }) {
    change((store) => {
      store.calls.push({ call: 'delete', id });
      delete store.things[id];
    });
  },
  async invoke({ args }) {
    return { result: { echoed: args['text'] ?? null } };
  },
};

await serveProvider(provider);
