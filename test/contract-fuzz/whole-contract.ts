// The whole contract, tried by Schemathesis (hardening 8): no 5xx, and nothing that the contract does not say. Exceptions are in schemathesis.toml.
import { pino } from 'pino';
import { test, type Test } from 'tap';
import { buildApp } from '../../services/api/app.ts';
import type { EventStreams } from '../../services/api/streams/event-streams.ts';
import { endpointNames } from '../../services/contract/schemas.ts';
import { type FoundSchemathesis, findSchemathesis } from '../../toolchain/schemathesis.mjs';
import { clusterRequest, fleetRequest, openTestApi, type TestApi } from '../api/fixtures.ts';
import { runSchemathesis } from './run-schemathesis.ts';

/** `npm run test:contract-fuzz` asks for many; a run of all tests takes what fits into a minute. */
const wanted = Number(process.env['FLEETYARD_TEST_FUZZ_CASES'] ?? 0);
const seed = Number(process.env['FLEETYARD_TEST_SEED'] ?? 20261121);
/** A minute brings 3,000 on two busy cores. */
const leastCases = 1_000;
/** Of a stream: its greeting, events, and some signs of life. */
const fewPieces = 5;
const bounded = { casesEach: 20, seconds: 60, phases: ['examples', 'coverage', 'fuzzing'] } as const;
const patient = {
  casesEach: Math.ceil(wanted / endpointNames.length),
  phases: ['examples', 'coverage', 'fuzzing', 'stateful'],
} as const;

/** What the contract's examples name, so that requests for one thing find one. */
async function makeNamed(api: TestApi): Promise<void> {
  const name = 'demo-aws';
  const pools = { nodes: '10.0.0.0/12', pods: '100.64.0.0/12', services: '172.20.0.0/15' };
  await api.send('POST', '/v1/address-spaces', { body: { name, pools } });
  await api.send('POST', '/v1/clusters', { body: clusterRequest({ name }) });
  await api.send('POST', '/v1/fleets', { body: fleetRequest({ name }) });
  await api.send('POST', '/v1/federations', {
    body: { name: 'demo-hub', engine: 'karmada', hub: { credential: 'demo-hub' } },
  });
}

/** The application with streams that end soon, for the operations of this test rest at their beginning, and whoever reads on waits for ever. */
async function listen(t: Test, { parts }: TestApi): Promise<string> {
  const open: EventStreams['open'] = async (...args) => (await parts.streams.open(...args)).take(fewPieces);
  const openProject: EventStreams['openProject'] = async (...args) =>
    (await parts.streams.openProject(...args)).take(fewPieces);
  const app = buildApp({
    parts: { ...parts, streams: { ...parts.streams, open, openProject } },
    logger: pino({ level: 'silent' }),
    checkResponses: true,
  });
  t.teardown(() => app.close());
  return app.listen({ host: '127.0.0.1', port: 0 });
}

type Search = { found: FoundSchemathesis } | { missing: string };

const search: Search = await findSchemathesis().then(
  (found) => ({ found }),
  (error: Error) => ({ missing: error.message }),
);

test(
  'hardening 8: the contract, tried on every endpoint',
  'missing' in search ? { skip: search.missing } : {},
  async (t) => {
    if ('missing' in search) return;
    const api = await openTestApi(t);
    const url = await listen(t, api);
    const headers = {
      Authorization: `Bearer ${api.tokens['platform-admin']}`,
      'Fleetyard-Project': api.projectId,
    };
    await makeNamed(api);
    const options = wanted > 0 ? patient : bounded;
    const outcome = await runSchemathesis({ ...search, url, headers, seed, ...options });
    const { clean, cases, endpoints, failures, report } = outcome;
    t.comment(`${cases} cases on ${endpoints} endpoints, seed ${seed}`);
    t.ok(clean, 'breaks nowhere', { failures, report, seed });
    t.equal(endpoints, endpointNames.length - 1, 'all of them but the one that hands out the contract');
    t.ok(cases >= (wanted > 0 ? wanted : leastCases), `with enough cases (${cases})`);
  },
);
