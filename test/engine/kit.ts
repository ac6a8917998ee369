// The plugin kit under the real engine: what a plugin says must be what the engine does and keeps.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  LocalWorkspace,
  PulumiCommand,
  type EngineEvent,
  type OpMap,
  type Stack,
} from '@pulumi/pulumi/automation/index.js';
import * as pulumi from '@pulumi/pulumi';
import { test, type Test } from 'tap';
import { createTestDirectory } from '../helpers/directory.ts';
import { getTestPulumi } from '../helpers/pulumi.ts';

class Thing extends pulumi.CustomResource {
  declare readonly computed: pulumi.Output<string>;
  declare readonly token: pulumi.Output<string>;

  constructor(name: string, inputs: Record<string, unknown>, options?: pulumi.CustomResourceOptions) {
    super('kittest:index:Thing', name, { computed: undefined, token: undefined, ...inputs }, options);
  }
}

class KitProvider extends pulumi.ProviderResource {
  constructor(name: string, inputs: pulumi.Inputs) {
    super('kittest', name, inputs, { version: '1.0.0' });
  }
}

type Things = Record<string, Record<string, unknown>>;
type Bench = {
  stack: Stack;
  set: (things: Things) => void;
  readStore: () => Promise<{ calls: Record<string, unknown>[]; things: Things }>;
  /** The state as it is kept; an export would decrypt it. */
  readState: () => Promise<string>;
};

async function makeBench(t: Test): Promise<Bench> {
  const directory = await createTestDirectory(t);
  const binary = await getTestPulumi();
  const home = join(directory, 'home');
  const store = join(directory, 'store.json');
  const plugin = join(home, 'plugins/resource-kittest-v1.0.0/pulumi-resource-kittest');
  await mkdir(dirname(plugin), { recursive: true });
  await mkdir(join(directory, 'state'));
  await writeFile(store, JSON.stringify({ calls: [], things: {} }));
  const main = join(import.meta.dirname, '../helpers/kit-plugin.ts');
  await writeFile(plugin, `#!/bin/sh\nexec '${process.execPath}' --no-warnings '${main}' "$@"\n`);
  await chmod(plugin, 0o755);

  let things: Things = {};
  const stack = await LocalWorkspace.createOrSelectStack(
    {
      stackName: 'kit',
      projectName: 'kit',
      program: async () => {
        const provider = new KitProvider('provider', { region: 'somewhere', nested: { list: [1, 2] } });
        const made: Record<string, unknown> = {};
        for (const [name, inputs] of Object.entries(things)) {
          const thing = new Thing(name, inputs, { provider, version: '1.0.0' });
          made[name] = { computed: thing.computed, token: thing.token };
        }
        return made;
      },
    },
    {
      workDir: directory,
      pulumiHome: home,
      pulumiCommand: await PulumiCommand.get({ root: dirname(dirname(binary)), skipVersionCheck: true }),
      envVars: {
        PULUMI_BACKEND_URL: `file://${join(directory, 'state')}`,
        PULUMI_CONFIG_PASSPHRASE: 'test',
        PULUMI_SKIP_UPDATE_CHECK: '1',
        PULUMI_IGNORE_AMBIENT_PLUGINS: '1',
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: '1',
        KIT_PLUGIN_STORE: store,
      },
    },
  );
  return {
    stack,
    set: (next) => {
      things = next;
    },
    readStore: async () => JSON.parse(await readFile(store, 'utf8')) as Awaited<ReturnType<Bench['readStore']>>,
    readState: () => readFile(join(directory, 'state/.pulumi/stacks/kit/kit.json'), 'utf8'),
  };
}

function countOps(changes: OpMap | undefined): OpMap {
  return Object.fromEntries(Object.entries(changes ?? {}).filter(([op]) => op !== 'same'));
}

test('a resource lives its life through the kit: created, unchanged, updated, replaced, refreshed, destroyed', async (t) => {
  const bench = await makeBench(t);
  bench.set({ one: { name: 'one', size: 1 } });

  const preview = await bench.stack.preview();
  t.match(preview.changeSummary, { create: 3 }, 'a preview plans stack, provider and thing');
  t.same((await bench.readStore()).calls, [], 'a preview calls no Create of the cloud');

  const up = await bench.stack.up();
  t.equal((up.outputs['one']?.value as { computed: string }).computed, 'computed 1');
  const [created] = (await bench.readStore()).calls;
  t.same(created?.['inputs'], { name: 'one', size: 1, flavour: 'plain' }, 'Check completes the inputs');
  t.match(
    created?.['configured'],
    { region: 'somewhere', nested: { list: [1, 2] } },
    'the configuration arrives typed',
  );

  t.same(countOps((await bench.stack.up()).summary.resourceChanges), {}, 'a second up changes nothing');

  bench.set({ one: { name: 'one', size: 2 } });
  const events: EngineEvent[] = [];
  await bench.stack.preview({ onEvent: (event) => void events.push(event) });
  const detail = events.map((event) => event.resourcePreEvent?.metadata).find((step) => step?.op === 'update');
  t.match(detail?.detailedDiff, { size: { diffKind: 'update', inputDiff: true } }, 'the diff is detailed');
  const updated = await bench.stack.up();
  t.same(countOps(updated.summary.resourceChanges), { update: 1 });
  t.equal((updated.outputs['one']?.value as { computed: string }).computed, 'computed 2');

  bench.set({ one: { name: 'other', size: 2 } });
  t.same(countOps((await bench.stack.up()).summary.resourceChanges), { replace: 1 }, 'an immutable property replaces');
  let calls = (await bench.readStore()).calls.map((call) => `${String(call['call'])} ${String(call['id'])}`);
  t.same(calls.slice(-2), ['create thing-other', 'delete thing-one'], 'the new one is made before the old one goes');

  bench.set({ one: { name: 'third', size: 2, flavour: 'exclusive' } });
  await bench.stack.up();
  calls = (await bench.readStore()).calls.map((call) => `${String(call['call'])} ${String(call['id'])}`);
  t.same(
    calls.slice(-2),
    ['delete thing-other', 'create thing-third'],
    'unless the provider wants the old one gone first',
  );

  t.same(countOps((await bench.stack.refresh()).summary.resourceChanges), {}, 'a refresh finds nothing new');
  await bench.stack.destroy();
  t.same((await bench.readStore()).things, {}, 'destroy leaves nothing');
});

test('a refresh sees what was changed and removed behind the engine', async (t) => {
  const bench = await makeBench(t);
  bench.set({ one: { name: 'one', size: 1 }, two: { name: 'two', size: 1 } });
  await bench.stack.up();
  const store = await bench.readStore();
  store.things['thing-one'] = { ...store.things['thing-one'], size: 9 };
  delete store.things['thing-two'];
  const file = bench.stack.workspace.envVars['KIT_PLUGIN_STORE'] ?? '';
  await writeFile(file, JSON.stringify(store));
  t.same(countOps((await bench.stack.refresh()).summary.resourceChanges), { update: 1, delete: 1 });
  t.same(countOps((await bench.stack.up()).summary.resourceChanges), { create: 1, update: 1 }, 'and up repairs it');
});

test('secrets stay secret in the state, those of the user and those of the provider', async (t) => {
  const bench = await makeBench(t);
  bench.set({ one: { name: 'one', size: 1, nested: { text: pulumi.secret('hush-hush'), open: 'open' } } });
  await bench.stack.up();
  const state = await bench.readState();
  t.notMatch(state, /hush-hush/, 'a secret input is nowhere in the clear, inputs or outputs');
  t.notMatch(state, /token-of-one/, 'nor is a secret output');
  t.match(state, /"open": ?"open"/, 'what is not secret stays readable');
  t.match((await bench.readStore()).calls[0]?.['inputs'], { nested: { text: 'hush-hush' } }, 'the plugin got it plain');
  t.same(countOps((await bench.stack.up()).summary.resourceChanges), {}, 'and sees no change in it');
});

test('an unknown value passes through a preview and is known in the up', async (t) => {
  const bench = await makeBench(t);
  let source: Thing | undefined;
  bench.set({
    one: { name: 'one', size: 1 },
    get two() {
      source ??= new Thing('source', { name: 'source', size: 5 }, { version: '1.0.0' });
      return { name: 'two', size: 2, from: source.computed };
    },
  });
  const events: EngineEvent[] = [];
  await bench.stack.preview({ onEvent: (event) => void events.push(event) });
  const planned = events.map((event) => event.resourcePreEvent?.metadata).find((step) => step?.urn.endsWith('::two'));
  t.notMatch(planned?.new?.inputs['from'], /computed 5/);
  source = undefined;
  await bench.stack.up();
  t.match((await bench.readStore()).things['thing-two'], { from: 'computed 5' });
});

test('a resource that was made but is not in order is kept in the state and put in order by the next up', async (t) => {
  const bench = await makeBench(t);
  bench.set({ one: { name: 'one', size: 1, flavour: 'broken' } });
  await t.rejects(bench.stack.up(), /the thing did not start/);
  const state = await bench.stack.exportStack();
  const kept = (state.deployment as { resources: { id?: string; initErrors?: string[] }[] }).resources;
  t.match(
    kept.find((resource) => resource.id === 'thing-one')?.initErrors,
    ['the thing did not start'],
    'the engine knows its id and why',
  );
  t.notMatch(await bench.readState(), /token-of-one/, 'its secrets are kept secret too');
  bench.set({ one: { name: 'one', size: 1, flavour: 'plain' } });
  t.same(countOps((await bench.stack.up()).summary.resourceChanges), { update: 1 }, 'it is updated, not made again');
});

test('a property that Check refuses stops the run before anything is made', async (t) => {
  const bench = await makeBench(t);
  bench.set({ one: { name: 'one', size: 13 } });
  await t.rejects(bench.stack.up(), /thirteen is refused/);
  t.same((await bench.readStore()).calls, []);
});
