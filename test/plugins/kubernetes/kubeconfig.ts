// Reading kubeconfigs: where they come from, what is taken of them and what is not.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import { findActiveCluster, readKubeconfig } from '../../../plugins/kubernetes/kubeconfig.ts';
import { isLedgerServer } from '../../../plugins/simulated/kubernetes-modes.ts';
import { createTestDirectory } from '../../helpers/directory.ts';

const server = 'https://127.0.0.1:1/k8s/x';

function write(user: object, cluster: object = {}, context: object = {}): string {
  return JSON.stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u', ...context } }],
    clusters: [
      { name: 'k', cluster: { server, ...cluster } },
      { name: 'other', cluster: { server: 'https://other.example' } },
    ],
    users: [{ name: 'u', user }],
  });
}

test('a kubeconfig is text or a path, YAML or JSON, with a token or the file of one', async (t) => {
  const directory = await createTestDirectory(t);
  const [path, tokenFile] = [join(directory, 'kubeconfig'), join(directory, 'token')];
  await writeFile(tokenFile, 'from-file\n');
  t.match(await readKubeconfig({ kubeconfig: write({ token: 'here' }) }), { url: server, token: 'here' });
  await writeFile(path, write({ tokenFile: 'token' }));
  const read = await readKubeconfig({ kubeconfig: path });
  t.match(read, { url: server, token: undefined, tokenFile }, 'a file beside the kubeconfig, read when it is needed');
  const yaml = `current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\nclusters:\n- name: k\n  cluster: {server: "${server}"}\nusers: []\n`;
  t.match(await readKubeconfig({ kubeconfig: yaml }), { url: server, token: undefined });
  await t.rejects(readKubeconfig({}), /needs a kubeconfig/);
  await t.rejects(readKubeconfig({ kubeconfig: '{"current-context": "none"}' }), /no cluster for its context "none"/);
});

test('certificates come as data or as files, and the name that a certificate has to carry', async (t) => {
  const directory = await createTestDirectory(t);
  await mkdir(join(directory, 'pki'));
  await writeFile(join(directory, 'pki/key.pem'), 'the key');
  const encode = (text: string) => Buffer.from(text).toString('base64');
  const user = { 'client-certificate-data': encode('the certificate'), 'client-key': 'pki/key.pem' };
  const cluster = { 'certificate-authority-data': encode('the authority'), 'tls-server-name': 'hub.example' };
  await writeFile(join(directory, 'kubeconfig'), write(user, cluster, { namespace: 'home' }));
  t.match(await readKubeconfig({ kubeconfig: join(directory, 'kubeconfig') }), {
    certificateAuthority: 'the authority',
    serverName: 'hub.example',
    client: { certificate: 'the certificate', key: 'the key' },
    insecure: false,
    namespace: 'home',
  });
});

test('what runs a program, or another way in that nobody parsed, is refused', async (t) => {
  for (const user of [{ exec: { command: 'sh' } }, { 'auth-provider': {} }, { username: 'a', password: 'b' }]) {
    await t.rejects(readKubeconfig({ kubeconfig: write(user) }), /only a token or a client certificate is taken/);
  }
});

test('context, cluster and namespace of the configuration win', async (t) => {
  const kubeconfig = write({}, {}, { namespace: 'home' });
  t.match(await readKubeconfig({ kubeconfig, cluster: 'other', namespace: 'given' }), {
    url: 'https://other.example',
    namespace: 'given',
  });
  await t.rejects(readKubeconfig({ kubeconfig, context: 'missing' }), /no cluster for its context "missing"/);
  t.match(await findActiveCluster({ kubeconfig, cluster: 'other' }), { server: 'https://other.example' });
  t.equal(await findActiveCluster({ kubeconfig: '/there/is/none' }), undefined);
});

test('only a server that the daemon plays is asked through the daemon', async (t) => {
  for (const url of [server, 'https://localhost:4/k8s/hub-cr_1/', 'http://127.0.0.1:80/k8s/abc']) {
    t.equal(isLedgerServer(url), true, url);
  }
  for (const url of [
    'https://127.80.1.1:6443',
    'https://127.0.0.1:6443',
    'https://rancher.example:443/k8s/c-1',
    'https://127.0.0.1:1/k8s/clusters/c-1',
    'https://127.0.0.1.example:1/k8s/x',
  ]) {
    t.equal(isLedgerServer(url), false, url);
  }
});
