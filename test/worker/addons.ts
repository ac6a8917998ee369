// What a step of the add-ons does before its program runs: it waits for its rights, and leaves alone what it can't reach.
import { readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test, type Test } from 'tap';
import type { WorkerContext } from '../../services/worker/context.ts';
import { prepareAddons } from '../../services/worker/layers/addons.ts';
import type { ClusterSubject } from '../../services/worker/steps/cluster-subject.ts';
import type { StepOrder } from '../../services/worker/steps/step-order.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { loopbackGuard } from '../helpers/hub.ts';
import { loopbackCertificate, testAuthority } from '../helpers/secure.ts';

type Situation = { answer?: RequestListener; isPublic?: boolean; action?: string; port?: number; forSeconds?: number };

async function listen(t: Test, answer: RequestListener): Promise<number> {
  const { certificate: cert, key } = loopbackCertificate;
  const server = createServer({ cert, key }, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** Prepares a step on a cluster that stands. */
async function prepare(t: Test, { answer, isPublic = true, action = 'up', port = 1, forSeconds = 20 }: Situation) {
  const endpoint = `https://127.0.0.1:${answer === undefined ? port : await listen(t, answer)}`;
  const certificateAuthority = Buffer.from(testAuthority.certificate).toString('base64');
  const context = {
    outgoing: loopbackGuard,
    now: () => new Date(),
    memberPatience: { everySeconds: 0.01, forSeconds },
    engine: { workDir: await createTestDirectory(t), environment: {}, simulatorUrl: undefined },
  } as unknown as WorkerContext;
  const spec = { name: 'web', region: 'eu-central-1', zones: [], tags: {}, access: { public: isPublic } };
  const subject = {
    cluster: { id: 'cl_1', name: 'web' },
    claim: { operationId: 'op_1', fence: 1 },
    credential: { id: 'cr_1', provider: 'aws', simulated: true, attributes: {}, secret: { token: 'token' } },
    step: { id: 'cl_1', projectId: 'pr_1', createdBy: 'op_1', spec, account: {} },
    outputs: () => ({ endpoint, certificateAuthority, physicalName: 'fy-web' }),
  } as unknown as ClusterSubject;
  const never = new AbortController().signal;
  const order = { step: { action }, lease: { cancelled: never, lost: never } } as unknown as StepOrder;
  return prepareAddons(context, subject, order);
}

/** Answers reviews of rights by what is still to come. */
function reviewBy(answers: boolean[], asked: string[] = []): RequestListener {
  return (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const allowed = answers.length > 1 ? answers.shift() : answers[0];
    const body = request.method === 'GET' ? { gitVersion: 'v1.34.3' } : { status: { allowed } };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
}

test('a step waits until its cluster gives it its rights, and says so when they do not come', async (t) => {
  const asked: string[] = [];
  const prepared = await prepare(t, { answer: reviewBy([false, false, true], asked) });
  t.equal(asked.length, 3);
  t.match(prepared, { inputs: { identifier: 'cl_1', goes: false, kubeconfig: /cl_1\/member\.yaml$/ } });
  const kubeconfig = await readFile(String(prepared?.inputs.kubeconfig), 'utf8');
  t.match(kubeconfig, /token: k8s-aws-v1\./, 'it comes by the token of its cloud');
  await prepared?.cleanUp(true);
  await t.rejects(readFile(String(prepared?.inputs.kubeconfig)), { code: 'ENOENT' }, 'which goes with the step');
  await t.rejects(prepare(t, { answer: reviewBy([false]), forSeconds: 0 }), {
    code: 'unavailable',
    message: /no right to make/,
  });
});

test('a private API server that is not reached goes without; every other one is waited for', async (t) => {
  t.equal(await prepare(t, { isPublic: false }), undefined);
  await t.rejects(prepare(t, {}), { code: 'unavailable' });
  t.ok(await prepare(t, { answer: reviewBy([true]), isPublic: false }), 'one that is reached gets them');
});

test('a cluster that goes is asked for nothing: what does not answer is taken for gone', async (t) => {
  t.match(await prepare(t, { action: 'destroy' }), { inputs: { goes: true } });
  t.match(await prepare(t, { action: 'destroy', isPublic: false }), { inputs: { goes: true } });
});
