// Who is handed a kubeconfig: a token that opens more than one cluster is for admins (hardening 6).
import { test } from 'tap';
import { getOrCreateStack, saveOutputs } from '../../services/store/stacks.ts';
import { claim, leaseOf } from '../store/fixtures.ts';
import { clusterRequest, openTestApi } from './fixtures.ts';

const places = {
  eks: { region: 'eu-central-1', credential: 'demo-aws' },
  aks: { region: 'westeurope', credential: 'demo-azure' },
  gke: { region: 'europe-west1', credential: 'demo-gcp' },
} as const;

test('hardening 6: a kubeconfig whose token opens a whole account', async (t) => {
  const api = await openTestApi(t);
  const providers = Object.keys(places) as (keyof typeof places)[];
  for (const provider of providers) {
    const body = clusterRequest({ name: provider, provider, ...places[provider] });
    const { operation } = (await api.send('POST', '/v1/clusters', { body })).body;
    const lease = leaseOf(await claim(api.store, operation.id));
    const outputs = { endpoint: 'https://127.0.0.1:1', physicalName: 'x' };
    await api.store.asSystem(async (tx) => {
      const clusterId = operation.resource.id;
      const wanted = { clusterId, layer: 'cluster', home: 'simulated', name: `${clusterId}-cluster` } as const;
      await saveOutputs(tx, lease, { stackId: (await getOrCreateStack(tx, wanted)).id, outputs });
    });
  }
  const ask = (provider: string, token: string, headers = {}) =>
    api.send('GET', `/v1/clusters/${provider}/kubeconfig`, { token, headers });
  const inProject = { 'fleetyard-project': api.projectId };
  for (const provider of providers) {
    t.equal((await ask(provider, api.tokens.viewer)).status, 403, `is nothing for a viewer (${provider})`);
    t.equal((await ask(provider, api.tokens.admin)).status, 200, `is for an admin (${provider})`);
    const platform = await ask(provider, api.tokens['platform-admin'], inProject);
    t.equal(platform.status, 200, `and a platform-admin (${provider})`);
  }
  t.equal((await ask('eks', api.tokens.operator)).status, 200, 'is bound to its cluster on eks');
  for (const provider of ['aks', 'gke']) {
    const refused = await ask(provider, api.tokens.operator);
    t.match(refused, {
      status: 403,
      body: {
        type: 'urn:fleetyard:problem:forbidden',
        detail: /its token opens more than this cluster/,
        wayOut: [{ method: 'GET', role: 'admin', path: /^\/v1\/clusters\/cl_\w+\/kubeconfig$/ }],
      },
    });
    t.notMatch(refused.text, 'current-context', `is refused to an operator (${provider})`);
    const yaml = await ask(provider, api.tokens.operator, { accept: 'application/yaml' });
    t.equal(yaml.status, 403, 'in every form');
  }
});
