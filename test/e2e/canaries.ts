// Secrets are nowhere in the clear: each secret field of each kind of credential holds a canary, through create, fail, recover and delete.
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import postgres from 'postgres';
import { test, type Test } from 'tap';
import { installSimulatedHome } from '../../plugins/simulated/install-home.ts';
import { unwrap } from '../../services/contract/client.ts';
import type { Schemas } from '../../services/contract/schemas.ts';
import { readMasterKeys } from '../../services/vault/master-keys.ts';
import { createVault } from '../../services/vault/vault.ts';
import { buildCanaries, listSecretFields, type Canary } from '../helpers/canaries.ts';
import { withDatabase } from '../helpers/postgres.ts';
import { searchArguments, searchDatabase, searchFiles, searchRedis } from '../helpers/search-canaries.ts';
import { buildCluster, startTestService, type TestService } from '../helpers/service.ts';
import { waitFor } from '../helpers/wait.ts';

const providers = { aws: 'eks', azure: 'aks', gcp: 'gke' } as const;

/** Where secrets could be in the clear, with what looks there. */
async function openSearch(t: Test, service: TestService) {
  const { environment, adminUrl } = service;
  const directory = environment['FLEETYARD_DATA_DIR'] ?? '';
  const stateUrl = withDatabase(adminUrl, environment['FLEETYARD_STATE_DATABASE'] ?? '');
  const [product, state] = [adminUrl, stateUrl].map((url) => postgres(url, { max: 1, onnotice: () => undefined })) as [
    postgres.Sql,
    postgres.Sql,
  ];
  const redis = new Redis(environment['REDIS_URL'] ?? '');
  t.teardown(() => Promise.all([product.end({ timeout: 1 }), state.end({ timeout: 1 }), redis.quit()]));
  // The keys' own file, the first token's, and what belongs to the cloud and not to us.
  const exempt = ['master.key', 'admin.token', 'simulator'].map((name) => join(directory, name));
  return {
    directory,
    product,
    state,
    redis,
    search: async (canaries: readonly Canary[]) => [
      ...(await searchDatabase(product, canaries)),
      ...(await searchDatabase(state, canaries)),
      ...(await searchRedis(redis, canaries)),
      ...(await searchFiles(directory, canaries, exempt)),
      ...(await searchArguments(canaries)),
    ],
  };
}

/** Looks again and again at what passes: arguments of programs and jobs of the queue. */
function sample(look: () => Promise<string[]>): { stop(): Promise<{ hits: Set<string>; looks: number }> } {
  const hits = new Set<string>();
  let [looks, stopped] = [0, false];
  const done = (async () => {
    while (!stopped) {
      for (const hit of await look()) hits.add(hit);
      looks += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await done;
      return { hits, looks };
    },
  };
}

/** Clusters with real credentials: their runners and plugins get the secrets, and fail at once for want of a cloud. Adds to the canaries. */
async function failWithReal(t: Test, service: TestService, canaries: Canary[]): Promise<void> {
  const { client } = service;
  for (const provider of new Set(listSecretFields().map((field) => field.provider))) {
    const made = buildCanaries(provider);
    const body = { name: `real-${provider}`, provider, secret: made.secret } as Schemas['CredentialRequest'];
    const { attributes } = unwrap(await client.POST('/v1/credentials', { body }));
    const shown = Object.values(attributes);
    // What tells one account from another is shown on purpose.
    canaries.push(...made.canaries.filter(({ text }) => !shown.includes(text)));
    if (provider === 'kubernetes') {
      const hub = { name: 'hub', engine: 'karmada', hub: { credential: body.name } } as const;
      await client.POST('/v1/federations', { body: hub });
      continue;
    }
    const cluster = buildCluster(providers[provider as keyof typeof providers], `real-${provider}`, body.name);
    const { operation } = unwrap(await client.POST('/v1/clusters', { body: cluster }));
    t.not((await service.awaitOperation(operation?.id ?? '')).state, 'succeeded', provider);
    const way = { params: { path: { cluster: cluster.name }, query: { force: true } } };
    const deletion = unwrap(await client.DELETE('/v1/clusters/{cluster}', way));
    await service.awaitOperation(deletion.operation?.id ?? '');
  }
}

/** What is secret by itself: tokens of simulated accounts, passphrases of stacks, passwords of logins, keys, our own tokens. */
async function readOwnSecrets(service: TestService, product: postgres.Sql): Promise<Canary[]> {
  const directory = service.environment['FLEETYARD_DATA_DIR'] ?? '';
  const keys = await readMasterKeys(join(directory, 'master.key'));
  const vault = createVault(keys);
  const canaries: Canary[] = keys.map(({ id, key }) => ({ name: `master key ${id}`, text: key.toString('base64') }));
  for (const { id, sealed } of await product<{ id: string; sealed: Buffer }[]>`
    select id, secret_enc as sealed from credentials where simulated and secret_enc is not null`) {
    const { token } = JSON.parse(vault.open(sealed, `credentials/${id}`).toString()) as { token: string };
    canaries.push({ name: `token of ${id}`, text: token });
  }
  for (const { id, sealed } of await product<{ id: string; sealed: Buffer }[]>`
    select id, passphrase_enc as sealed from stacks`)
    canaries.push({ name: `passphrase of ${id}`, text: vault.open(sealed, `stacks/${id}/passphrase`).toString() });
  for (const name of ['DATABASE_URL', 'FLEETYARD_MIGRATION_URL'])
    canaries.push({ name: `password of ${name}`, text: new URL(service.environment[name] ?? '').password });
  canaries.push({ name: 'first token', text: (await readFile(join(directory, 'admin.token'), 'utf8')).trim() });
  return canaries;
}

/** A cluster whose worker dies while the cloud makes something; another one recovers it, and it is deleted. */
async function recoverSimulated(t: Test, service: TestService, worker: { pid: number }): Promise<void> {
  const { client, simulator } = service;
  const account = await service.addCredential('mine', 'aws');
  const type = 'aws:ec2/vpc:Vpc';
  const gate = await simulator.setFault(account, { kind: 'slow-create', type, count: 1, until: 'released' });
  const body = buildCluster('eks', 'one', 'mine');
  const { operation, cluster } = unwrap(await client.POST('/v1/clusters', { body }));
  await waitFor('the cloud to hold the create', async () => (await simulator.listFaults(account))[0]?.count === 0, {
    timeoutMs: 240_000,
  });
  process.kill(worker.pid, 'SIGKILL');
  await service.startWorker();
  await simulator.release(account, gate.id);
  t.equal((await service.awaitOperation(operation?.id ?? '')).state, 'succeeded', await service.readLogs());
  const way = { params: { path: { cluster: cluster.id } } };
  const deletion = unwrap(await client.DELETE('/v1/clusters/{cluster}', way));
  t.equal((await service.awaitOperation(deletion.operation?.id ?? '')).state, 'succeeded');
}

/** Puts one canary into each place, so that a search that finds nothing has proven that it would. */
async function plant(t: Test, { product, state, redis, directory, search }: Awaited<ReturnType<typeof openSearch>>) {
  const canary = { name: 'planted', text: 'canary-that-is-planted-0123456789' };
  for (const sql of [product, state]) await sql`create schema planted`;
  for (const sql of [product, state]) await sql`create table planted.plain as select ${canary.text} as note`;
  await product`create table planted.bytes as select convert_to(${`{"x":"${canary.text}"}`}, 'UTF8') as note`;
  await redis.hset('planted', 'data', `{"secret":"${canary.text}"}`);
  await writeFile(join(directory, 'planted.tmp'), Buffer.from(canary.text).toString('base64'));
  const found = await search([canary]);
  for (const place of ['planted.plain', 'planted.bytes', 'redis planted', 'planted.tmp'])
    t.ok(
      found.some((hit) => hit.includes(place)),
      place,
    );
  t.equal(found.filter((hit) => hit.includes('planted.plain')).length, 2, 'in both databases');
  const held = spawn(process.execPath, ['-e', 'setTimeout(() => undefined, 60000)', canary.text], { stdio: 'ignore' });
  await waitFor('the argument to be seen', async () => (await searchArguments([canary])).length > 0);
  held.kill('SIGKILL');
  for (const sql of [product, state]) await sql`drop schema planted cascade`;
  await redis.del('planted');
}

test('hardening: no secret is in logs, events, arguments, files, Redis or plain columns', async (t) => {
  const service = await startTestService(t, { leaseSeconds: 4 });
  const place = await openSearch(t, service);
  // Real stacks find plugins at once, which know no cloud without the simulator's address.
  await installSimulatedHome({ home: join(place.directory, 'pulumi'), node: process.execPath });
  const worker = await service.startWorker();
  const real: Canary[] = [];
  // What is made meanwhile counts from then on, and what is gone goes on counting.
  const own = new Map<string, Canary>();
  const listAll = async (): Promise<Canary[]> => {
    for (const canary of await readOwnSecrets(service, place.product)) own.set(canary.name, canary);
    return [...real, ...own.values()];
  };
  for (const { provider } of listSecretFields()) t.ok(buildCanaries(provider).canaries.length > 0, provider);
  const sampler = sample(async () => {
    const known = await listAll();
    return [...(await searchArguments(known)), ...(await searchRedis(place.redis, known))];
  });
  await failWithReal(t, service, real);
  await recoverSimulated(t, service, worker);
  const { hits, looks } = await sampler.stop();
  const secrets = await listAll();
  for (const kind of ['passphrase', 'token of', 'aws.secretAccessKey', 'gcp.', 'azure.', 'kubernetes.'])
    t.ok(
      secrets.some(({ name }) => name.startsWith(kind)),
      kind,
    );
  t.ok(looks > 10);
  t.same([...hits], [], 'nothing passed by');
  t.same(await place.search(secrets), [], 'nothing is left');
  await plant(t, place);
});
