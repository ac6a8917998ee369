import { test } from 'tap';
import { checkGivenRanges, checkPools } from '../../services/domain/given-ranges.ts';
import { catalogue, summarize } from './fixtures.ts';

type Provider = Parameters<typeof checkGivenRanges>[0];
type Network = Parameters<typeof checkGivenRanges>[1];

const check = (provider: Provider, network: Network, max?: number, pointer?: string) =>
  checkGivenRanges(provider, network, {
    catalogue,
    ...(max === undefined ? {} : { load: { nodePools: [{ count: { max } }], zones: 3 } }),
    ...(pointer === undefined ? {} : { pointer }),
  });

const accepted: [Provider, Network][] = [
  ['eks', { nodeCidr: '10.0.0.0/16', podCidr: '100.64.0.0/16', serviceCidr: '172.20.0.0/16' }],
  ['eks', { nodeCidr: '192.168.0.0/20', podCidr: '192.168.64.0/18', serviceCidr: '10.100.0.0/16' }],
  ['aks', { nodeCidr: '10.64.0.0/22', podCidr: '192.168.192.0/18', serviceCidr: '172.24.0.0/20' }],
  [
    'gke',
    {
      nodeCidr: '10.0.0.0/22',
      podCidr: '100.64.0.0/16',
      serviceCidr: '172.16.0.0/20',
      controlPlaneCidr: '172.16.16.0/28',
    },
  ],
];

for (const [provider, network] of accepted) {
  test(`${provider} takes ${Object.values(network).join(', ')}`, async (t) => {
    t.same(check(provider, network, 9), []);
  });
}

const refused: [string, Provider, Network, string[]][] = [
  [
    'what is no range',
    'aks',
    { nodeCidr: '10.0.0.0', podCidr: '10.0.0.1/16' },
    ['/network/nodeCidr', '/network/podCidr'],
  ],
  ['public addresses', 'gke', { nodeCidr: '8.8.0.0/20' }, ['/network/nodeCidr']],
  ['the first of the two that AKS reserves', 'aks', { serviceCidr: '172.30.0.0/16' }, ['/network/serviceCidr']],
  ['the second of the two that AKS reserves', 'aks', { podCidr: '172.31.128.0/18' }, ['/network/podCidr']],
  ["Docker's bridge, anywhere", 'eks', { serviceCidr: '172.17.0.0/20' }, ['/network/serviceCidr']],
  ['services of EKS out of 100.64.0.0/10', 'eks', { serviceCidr: '100.64.0.0/20' }, ['/network/serviceCidr']],
  ['services of EKS smaller than a /24', 'eks', { serviceCidr: '10.0.0.0/25' }, ['/network/serviceCidr']],
  ['a VPC block larger than a /16', 'eks', { nodeCidr: '10.0.0.0/15' }, ['/network/nodeCidr']],
  ['services of AKS larger than a /13', 'aks', { serviceCidr: '10.0.0.0/12' }, ['/network/serviceCidr']],
  [
    'a control plane of GKE that is not a /28',
    'gke',
    { controlPlaneCidr: '172.16.0.0/27' },
    ['/network/controlPlaneCidr'],
  ],
  ['a control plane where there is none', 'aks', { controlPlaneCidr: '172.16.0.0/28' }, ['/network/controlPlaneCidr']],
  [
    'pods of EKS from another private block',
    'eks',
    { nodeCidr: '172.16.0.0/20', podCidr: '10.0.0.0/18' },
    ['/network/podCidr'],
  ],
  [
    'pods of EKS from 10.0.0.0/16 beside nodes near it',
    'eks',
    { nodeCidr: '10.1.0.0/20', podCidr: '10.0.0.0/18' },
    ['/network/podCidr'],
  ],
];

for (const [what, provider, network, pointers] of refused) {
  test(`refused: ${what}`, async (t) => {
    t.same(
      summarize(check(provider, network)),
      pointers.map((pointer) => `${pointer} range-invalid`),
    );
  });
}

test('ranges of one cluster that meet each other are named', async (t) => {
  t.same(summarize(check('aks', { nodeCidr: '10.0.0.0/16', podCidr: '10.0.0.0/18', serviceCidr: '10.128.0.0/20' })), [
    '/network/podCidr range-overlap',
  ]);
});

test('a range too small for the nodes says which would do', async (t) => {
  const [pods] = check('aks', { podCidr: '10.0.0.0/20' }, 30);
  t.match(pods, {
    pointer: '/network/podCidr',
    message: /16 nodes; up to 30 nodes and 3 more .* a \/18/,
    code: 'range-invalid',
  });
  const [nodes] = check('eks', { nodeCidr: '10.0.0.0/24' }, 100);
  t.match(nodes, { pointer: '/network/nodeCidr', message: /too small .* a \/23/ });
  t.same(check('aks', { podCidr: '192.168.192.0/18' }, 30), [], 'the published example fits');
});

test('pointers begin where the cluster stands', async (t) => {
  t.same(summarize(check('aks', { podCidr: 'x' }, 3, '/clusters/4')), ['/clusters/4/network/podCidr range-invalid']);
});

test('pools are private, well formed, and apart', async (t) => {
  t.same(checkPools({ nodes: '10.0.0.0/10', pods: '100.64.0.0/11', services: '172.20.0.0/14' }, catalogue, '/p'), []);
  t.same(summarize(checkPools({ nodes: '10.0.0.0/8', pods: '10.64.0.0/12', services: '9.0.0.0/8' }, catalogue, '/p')), [
    '/p/pods range-overlap',
    '/p/services range-invalid',
  ]);
  t.same(summarize(checkPools({ pods: 'any' }, catalogue, '/pools')), ['/pools/pods range-invalid']);
});
