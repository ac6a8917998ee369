// The contract's checks: every wrong field once, with a pointer and words; nothing is changed on the way.
import { test } from 'tap';
import { readFileSync, readdirSync } from 'node:fs';
import { parse } from 'yaml';
import { readContractDocument, getDocumentEndpoint, listResponses } from '../../services/contract/document.ts';
import { endpointNames, endpointTable } from '../../services/contract/schemas.ts';
import { createValidators } from '../../services/contract/validator.ts';

test('The examples', async (t) => {
  const { checkBody: check } = createValidators().createFleet;
  const directory = new URL('../../examples/', import.meta.url);
  for (const name of readdirSync(directory).filter((each) => each.endsWith('.yaml'))) {
    t.same(check(parse(readFileSync(new URL(name, directory), 'utf8'))), [], `${name} has the right form`);
  }
});

test('A wrong document', async (t) => {
  const { checkBody } = createValidators().createFleet;
  const check = (cluster: unknown) =>
    checkBody({ name: 'fleet', clusters: [cluster] }).map((error) => ({
      ...error,
      pointer: error.pointer.replace(/^\/clusters\/0/, ''),
    }));
  const document = {
    name: 'web',
    provider: 'eks',
    kubernetesVersion: 1.35,
    labels: { 'not a key': 'x' },
    addons: ['cilium', { nam: 'velero' }, 3],
    nodePools: [
      { name: 'general', count: { min: '1' } },
      { name: 'metal', hosts: ['10.0.0.1', '10.0.0.1'] },
    ],
  };
  const copy = structuredClone(document);
  const found = new Map(check(document).map(({ pointer, code }) => [pointer, code]));
  t.same(document, copy, 'is not changed');
  for (const [pointer, code] of [
    ['/kubernetesVersion', 'wrong-type'],
    ['/labels/not a key', 'wrong-key'],
    ['/addons/1/name', 'required'],
    ['/addons/1/nam', 'unknown-field'],
    ['/addons/2', 'wrong-type'],
    ['/nodePools/0/machine', 'required'],
    ['/nodePools/0/count/max', 'required'],
    ['/nodePools/0/count/min', 'wrong-type'],
    ['/nodePools/1/hosts/0', 'duplicate'],
  ] as const) {
    t.equal(found.get(pointer), code, `${pointer} is ${code}`);
  }
  t.equal(found.size, 9, 'has nothing else wrong with it');
});

test('Keys with strange letters', async (t) => {
  const [error] = createValidators().createAddressSpace.checkBody({
    name: 'a',
    pools: { nodes: '10.0.0.0/8', pods: '100.64.0.0/10', services: '172.20.0.0/14' },
    'a/b~c': 1,
  });
  t.equal(error?.pointer, '/a~1b~0c', 'are escaped in pointers');
});

test('Every endpoint of the contract', async (t) => {
  const document = readContractDocument();
  const validators = createValidators(document);
  for (const name of endpointNames) {
    const { method, path, role } = endpointTable[name];
    const { endpoint, parameters } = getDocumentEndpoint(document, path, method);
    const inPath = parameters.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name);
    t.same(
      inPath,
      [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]),
      `${name} names the parameters of its path`,
    );
    const responses = listResponses(document, endpoint);
    const problems = responses.filter(([status]) => status >= 400 && !(name === 'getReadiness' && status === 503));
    t.ok(
      problems.every(([, { content }]) => content?.['application/problem+json'] !== undefined),
      `${name} fails with problem documents`,
    );
    if (role !== 'none')
      t.ok(
        responses.some(([status]) => status === 401),
        `${name} may refuse a stranger`,
      );
    t.ok(validators[name].checkResponse(299, 'application/json', {}).length > 0, `${name} does not answer 299`);
  }
});

test('Parameters', async (t) => {
  const { listClusters, getOperation } = createValidators();
  const fine = listClusters.checkParameters({ path: {}, query: { limit: '5', provider: 'eks' }, headers: {} });
  t.same(
    fine,
    { parameters: { path: {}, query: { limit: 5, provider: 'eks' } }, errors: [] },
    'become numbers where the contract says so',
  );
  const { errors } = listClusters.checkParameters({ path: {}, query: { limit: ['1', '2'], page: '2' }, headers: {} });
  t.same(
    errors.map(({ parameter }) => parameter).toSorted(),
    ['limit', 'page'],
    'are refused when they are wrong or unknown',
  );
  t.equal(
    getOperation.checkParameters({ path: { operation: 'op x' }, query: {}, headers: {} }).errors.length,
    1,
    'in the path too',
  );
});
