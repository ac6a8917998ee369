// The certificates, keys and kubeconfigs of a local control plane, as files that its programs read; made once, readable to their owner alone.
import { generateKeyPairSync } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority, issueCertificate, type Certified, type Subject } from '../certificate.ts';

/** Who a client of the API server is; the name is also that of its files. */
export type Client = { name: string; commonName: string; organisations?: string[] };

/** What is made. */
export type IdentityOrder = {
  /** Where all of it goes; it is there with everything in it, or not at all. */
  folder: string;
  /** `127.1.2.3`, at which all servers of the control plane listen. */
  address: string;
  /** The API server, `https://127.1.2.3:6443`. */
  server: string;
  /** More names of the servers. */
  names?: string[];
  clients: readonly Client[];
  now: Date;
};

/** The first address of the services' range, which pods would use. */
const SERVICE_ADDRESS = '10.96.0.1';
const NAMES = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];

/** The administrator that the simulated cloud itself is. */
export const ADMINISTRATOR: Client = {
  name: 'admin',
  commonName: 'simulated-cloud',
  organisations: ['system:masters'],
};

/** Makes the files, unless they are there. */
export async function ensureIdentity({
  folder,
  address,
  server,
  names = [],
  clients,
  now,
}: IdentityOrder): Promise<void> {
  if (await isThere(folder)) return;
  const draft = `${folder}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  const save = (name: string, content: string) => writeFile(join(draft, name), content, { mode: 0o600 });
  const savePair = ({ certificate, key }: Certified, name: string) =>
    Promise.all([save(`${name}.crt`, certificate), save(`${name}.key`, key)]);
  const authority = createAuthority('kubernetes', now);
  // The store has an authority of its own: who may speak to the API server may not speak to it.
  const store = createAuthority('etcd', now);
  // An API server that speaks for somebody else to another one proves itself with this.
  const proxy = createAuthority('front-proxy', now);
  const own: Subject = { commonName: 'server', names: [...NAMES, ...names], addresses: [address, SERVICE_ADDRESS] };
  await savePair(authority, 'ca');
  await savePair(issueCertificate(authority, { ...own, usages: ['server'] }, now), 'server');
  await savePair(store, 'etcd-ca');
  await savePair(issueCertificate(store, { ...own, commonName: 'etcd', usages: ['server', 'client'] }, now), 'etcd');
  await savePair(issueCertificate(store, { commonName: 'kube-apiserver', usages: ['client'] }, now), 'etcd-client');
  await savePair(proxy, 'front-proxy-ca');
  await savePair(issueCertificate(proxy, { commonName: 'front-proxy-client', usages: ['client'] }, now), 'front-proxy');
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  await save('service-accounts.key', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  await save('service-accounts.pub', publicKey.export({ type: 'spki', format: 'pem' }).toString());
  for (const client of clients) {
    const certified = issueCertificate(authority, { ...client, usages: ['client'] }, now);
    await savePair(certified, client.name);
    await save(`${client.name}.kubeconfig`, writeKubeconfig(server, authority.certificate, certified));
  }
  await rename(draft, folder);
}

/** Writes how an API server asks the simulated cloud about something; `token` is what it shows there. */
export async function writeWebhookConfigs(
  files: { authentication: string; authorization: string },
  { url, certificateAuthority, token }: { url: string; certificateAuthority: string; token: string },
): Promise<void> {
  const write = (file: string, review: string): Promise<void> => {
    const cluster = { server: `${url}/${review}`, 'certificate-authority-data': encode(certificateAuthority) };
    return writeFile(file, writeConfig(cluster, { token }), { mode: 0o600 });
  };
  await write(files.authentication, 'token-review');
  await write(files.authorization, 'subject-access-review');
}

/** Reads a client's pair, with the authority that certifies the server. */
export async function readClient(folder: string, name: string): Promise<{ ca: string; cert: string; key: string }> {
  const read = (file: string) => readFile(join(folder, file), 'utf8');
  const [ca, cert, key] = await Promise.all([read('ca.crt'), read(`${name}.crt`), read(`${name}.key`)]);
  return { ca, cert, key };
}

function writeKubeconfig(server: string, authority: string, { certificate, key }: Certified): string {
  const cluster = { server, 'certificate-authority-data': encode(authority) };
  return writeConfig(cluster, { 'client-certificate-data': encode(certificate), 'client-key-data': encode(key) });
}

function writeConfig(cluster: Record<string, string>, user: Record<string, string>): string {
  const name = 'local';
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
