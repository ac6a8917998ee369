// A Kubernetes API server of its own for one test file, with as many controllers as it needs; ended with the test.
import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { join } from 'node:path';
import type { Test } from 'tap';
import { createAuthority, issueCertificate } from '../../services/simulator/control-planes/certificate.ts';
import { findKubernetesPrograms } from '../../toolchain/kubernetes.mjs';
import { createTestDirectory } from './directory.ts';
import { waitFor } from './wait.ts';

type Values = Record<string, unknown>;

/** A running API server. */
export type TestApiServer = {
  url: string;
  /** Text of an administrator's kubeconfig, or of that of another user. */
  writeKubeconfig(change?: { token?: string; server?: string; authority?: string; user?: Values }): string;
  /** Asks the server directly, as an administrator. */
  ask(method: string, path: string, body?: unknown, contentType?: string): Promise<{ status: number; body: Values }>;
  /** Stops the server's process until it is resumed. */
  freeze(): () => void;
};

/** Tokens that the server knows besides the administrator's. */
export const TOKENS = { admin: 'admin-token', stranger: 'stranger-token' };

/** Addresses of 127/8 by process and count, so that test files do not meet. */
let started = 0;
function takeAddress(): string {
  started += 1;
  return `127.${80 + (started % 100)}.${(process.pid >> 8) & 255}.${process.pid & 255 || 1}`;
}

/** Starts etcd and an API server, and with `controllers` a controller manager that runs them. */
export async function startApiServer(
  t: Test,
  { controllers = [] }: { controllers?: string[] } = {},
): Promise<TestApiServer> {
  const programs = await findKubernetesPrograms(['etcd', 'kube-apiserver', 'kube-controller-manager']);
  const directory = await createTestDirectory(t);
  const address = takeAddress();
  const files = await writeFiles(directory, address);
  const start = (name: keyof typeof programs, flags: string[]) =>
    startProgram(t, directory, programs[name], name, flags);
  const etcd = `http://${address}:2379`;
  start('etcd', [
    `--data-dir=${join(directory, 'etcd')}`,
    `--listen-client-urls=${etcd}`,
    `--advertise-client-urls=${etcd}`,
    `--listen-peer-urls=http://${address}:2380`,
    `--initial-advertise-peer-urls=http://${address}:2380`,
    `--initial-cluster=default=http://${address}:2380`,
    '--unsafe-no-fsync',
  ]);
  const server = start('kube-apiserver', listServerFlags(address, etcd, files));
  const url = `https://${address}:6443`;
  const ask = createAsk(url, files.authority);
  await waitFor(
    'the API server',
    () =>
      ask('GET', '/readyz').then(
        ({ status }) => status === 200,
        () => false,
      ),
    {
      timeoutMs: 60_000,
    },
  );
  const api: TestApiServer = {
    url,
    ask,
    writeKubeconfig: ({ token = TOKENS.admin, server: other = url, authority = files.authority, user } = {}) =>
      writeKubeconfig(other, authority, user ?? { token }),
    freeze() {
      server.kill('SIGSTOP');
      return () => void server.kill('SIGCONT');
    },
  };
  if (controllers.length > 0) {
    const kubeconfig = join(directory, 'controllers.json');
    await writeFile(kubeconfig, api.writeKubeconfig());
    start('kube-controller-manager', listControllerFlags(address, kubeconfig, files, controllers));
  }
  return api;
}

type Files = { directory: string; authority: string; serviceAccounts: string };

async function writeFiles(directory: string, address: string): Promise<Files> {
  await mkdir(join(directory, 'certificates'));
  const now = new Date();
  const authority = createAuthority('test', now);
  const names = { commonName: 'kube-apiserver', names: ['localhost'], addresses: [address] };
  const certified = issueCertificate(authority, names, now);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const tokens = [`${TOKENS.admin},admin,admin,"system:masters"`, `${TOKENS.stranger},stranger,stranger`];
  const serviceAccounts = join(directory, 'service-accounts.key');
  await Promise.all([
    writeFile(join(directory, 'ca.crt'), authority.certificate),
    writeFile(join(directory, 'server.crt'), certified.certificate),
    writeFile(join(directory, 'server.key'), certified.key),
    writeFile(join(directory, 'tokens.csv'), `${tokens.join('\n')}\n`),
    writeFile(serviceAccounts, privateKey.export({ type: 'pkcs1', format: 'pem' })),
  ]);
  return { directory, authority: authority.certificate, serviceAccounts };
}

function listServerFlags(address: string, etcd: string, { directory, serviceAccounts }: Files): string[] {
  return [
    `--etcd-servers=${etcd}`,
    `--bind-address=${address}`,
    `--advertise-address=${address}`,
    '--secure-port=6443',
    '--endpoint-reconciler-type=none',
    '--authorization-mode=RBAC',
    '--anonymous-auth=false',
    `--token-auth-file=${join(directory, 'tokens.csv')}`,
    `--tls-cert-file=${join(directory, 'server.crt')}`,
    `--tls-private-key-file=${join(directory, 'server.key')}`,
    `--cert-dir=${join(directory, 'certificates')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${serviceAccounts}`,
    `--service-account-signing-key-file=${serviceAccounts}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--disable-admission-plugins=ServiceAccount',
  ];
}

function listControllerFlags(address: string, kubeconfig: string, files: Files, controllers: string[]): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--bind-address=${address}`,
    `--cert-dir=${join(files.directory, 'certificates')}`,
    `--service-account-private-key-file=${files.serviceAccounts}`,
    `--root-ca-file=${join(files.directory, 'ca.crt')}`,
    `--controllers=${controllers.join(',')}`,
    '--leader-elect=false',
  ];
}

function startProgram(t: Test, directory: string, path: string, name: string, flags: string[]): ChildProcess {
  const log = openSync(join(directory, `${name}.log`), 'a');
  // An environment of nothing: whatever names a proxy or a kubeconfig is no part of the test.
  const env = { PATH: process.env['PATH'], HOME: directory, GOGC: '50' };
  const child = spawn(path, flags, { stdio: ['ignore', log, log], env });
  const ended = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  child.on('exit', (code) => {
    if (code !== null && code !== 0) {
      void readFile(join(directory, `${name}.log`), 'utf8').then((text) => t.comment(`${name}: ${text.slice(-1500)}`));
    }
  });
  return child;
}

function writeKubeconfig(server: string, authority: string, user: Values): string {
  const cluster = { server, 'certificate-authority-data': Buffer.from(authority).toString('base64') };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  });
}

function createAsk(url: string, ca: string): TestApiServer['ask'] {
  return (method, path, body, contentType = 'application/json') =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${TOKENS.admin}`, 'content-type': contentType };
      const call = https.request(`${url}${path}`, { method, ca, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const parsed = text.startsWith('{') ? (JSON.parse(text) as Values) : { text };
          resolve({ status: response.statusCode ?? 0, body: parsed });
        });
      });
      call.on('error', reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

/** A name that no other test has. */
export function makeName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}
