// What of a kubeconfig is understood, what is written anew, and what is refused (hardening 1, 2 and 4).
import { test } from 'tap';
import { parse, stringify } from 'yaml';
import { readRealSecret } from '../../services/access/account.ts';
import type { OpenCredential } from '../../services/access/credential.ts';
import { openHubAccess } from '../../services/access/kubeconfig/open-hub.ts';
import { readKubeconfig } from '../../services/access/kubeconfig/read-kubeconfig.ts';
import { writeKubeconfig } from '../../services/access/kubeconfig/write-kubeconfig.ts';
import type { FleetyardError } from '../../services/domain/errors.ts';
import { createClientCertificate, testAuthority } from '../helpers/secure.ts';

const encode = (text: string): string => Buffer.from(text).toString('base64');
const authority = encode(testAuthority.certificate);
const client = createClientCertificate('fleetyard');
const pair = { 'client-certificate-data': encode(client.certificate), 'client-key-data': encode(client.key) };

type Fields = Record<string, unknown>;

/** A kubeconfig that is taken, with parts of it changed. */
function build({
  cluster = {},
  user = { token: 'hub-token' },
  context = {},
  top = {},
}: Record<string, Fields> = {}): Fields {
  const server = 'https://hub.example:6443';
  return {
    apiVersion: 'v1',
    kind: 'Config',
    preferences: {},
    clusters: [{ name: 'c', cluster: { server, 'certificate-authority-data': authority, ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', ...context } }],
    'current-context': 'x',
    ...top,
  };
}

/** What is said of a kubeconfig that is refused. */
function explain(text: string): string[] {
  try {
    readKubeconfig(text);
  } catch (error) {
    const { details, code } = error as FleetyardError;
    return details.map(({ pointer, message }) => `${code} ${pointer} ${message}`);
  }
  return [];
}

test('hardening 1: a kubeconfig is stored as it was understood, not as it came', async (t) => {
  const text = `# a comment of mine\n${stringify(build({ context: { namespace: 'left-behind' } }))}`;
  const { secret, attributes } = readRealSecret('kubernetes', { kubeconfig: text });
  t.strictSame(attributes, {});
  t.strictSame(parse(secret['kubeconfig'] ?? ''), {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'hub', cluster: { server: 'https://hub.example:6443', 'certificate-authority-data': authority } },
    ],
    users: [{ name: 'hub', user: { token: 'hub-token' } }],
    contexts: [{ name: 'hub', context: { cluster: 'hub', user: 'hub' } }],
    'current-context': 'hub',
  });
});

test('what was written is read as the same, whatever it came from', async (t) => {
  const forms: Record<string, Fields> = {
    token: build(),
    certificate: build({ user: pair }),
    both: build({ user: { ...pair, token: 'hub-token' } }),
    'the well-known authorities': build({ cluster: { 'certificate-authority-data': undefined } }),
    'an address and a name': build({ cluster: { server: 'https://192.0.2.1', 'tls-server-name': 'hub.example' } }),
    'IPv6 and a path': build({ cluster: { server: 'https://[2001:db8::1]:6443/hubs/one/' } }),
    'capital letters': build({ cluster: { server: 'https://HUB.example/' } }),
    'only one context, and none current': build({ top: { 'current-context': undefined } }),
  };
  for (const [what, form] of Object.entries(forms)) {
    for (const text of [stringify(form), JSON.stringify(form)]) {
      const access = readKubeconfig(text);
      t.strictSame(readKubeconfig(writeKubeconfig(access)), { ...access }, what);
    }
  }
});

test('of several contexts the current one is taken', async (t) => {
  const two = build();
  two['users'] = [
    { name: 'other', user: { token: 'other-token' } },
    { name: 'u', user: { token: 'hub-token' } },
  ];
  t.equal(readKubeconfig(JSON.stringify(two)).token, 'hub-token');
});

test('hardening 1 and 2: files, programs, proxies and other identities are refused with the mend', async (t) => {
  const inCluster: Record<string, [unknown, RegExp]> = {
    'certificate-authority': ['/etc/passwd', /names a file.*certificate-authority-data/],
    'insecure-skip-tls-verify': [true, /always checked/],
    'proxy-url': ['socks5://127.0.0.1', /Proxies are not used/],
  };
  const inUser: Record<string, [unknown, RegExp]> = {
    tokenFile: ['/proc/self/environ', /names a file.*token/],
    'client-certificate': ['/etc/shadow', /names a file.*client-certificate-data/],
    'client-key': ['/etc/shadow', /names a file/],
    exec: [{ apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', 'id'] }, /runs a program/],
    'auth-provider': [{ name: 'gcp', config: { 'cmd-path': '/bin/sh' } }, /runs a program/],
    as: ['system:admin', /somebody else/],
    'as-groups': [['system:masters'], /somebody else/],
    'as-uid': ['0', /somebody else/],
    'as-user-extra': [{ a: ['b'] }, /somebody else/],
    username: ['admin', /Passwords/],
    password: ['pass', /Passwords/],
  };
  for (const [key, [value, why]] of Object.entries(inCluster)) {
    const [first = ''] = explain(JSON.stringify(build({ cluster: { [key]: value } })));
    t.match(first, why, key);
    t.match(first, `validation /secret/kubeconfig clusters[0].cluster.${key} `);
  }
  for (const [key, [value, why]] of Object.entries(inUser)) {
    const [first = ''] = explain(JSON.stringify(build({ user: { token: 'x', [key]: value } })));
    t.match(first, why, key);
    t.match(first, `validation /secret/kubeconfig users[0].user.${key} `);
  }
  const other = build();
  other['users'] = [
    { name: 'u', user: { token: 'x' } },
    { name: 'v', user: { exec: { command: 'sh' } } },
  ];
  t.match(explain(JSON.stringify(other))[0], 'users[1].user.exec', 'also where it is not the current one');
});

test('keys that look like others, stand twice or are not known are refused', async (t) => {
  const alike = [
    'tokenfile',
    'TokenFile',
    'Exec',
    'еxec',
    'ｔｏｋｅｎ',
    'token ',
    'to\u200bken',
    'authProvider',
    'auth_provider',
  ];
  for (const key of alike) {
    t.match(
      explain(JSON.stringify(build({ user: { token: 'x', [key]: 'y' } })))[0],
      /users\[0\]\.user\..* of the kubeconfig/,
      key,
    );
  }
  t.match(
    explain(JSON.stringify(build({ user: { token: 'x', tokenfile: 'y' } })))[0],
    /looks like tokenFile and is not/,
  );
  t.match(explain(JSON.stringify(build({ cluster: { Server: 'https://x' } })))[0], /looks like server and is not/);
  t.match(explain(JSON.stringify(build({ top: { Users: [] } })))[0], /looks like users and is not/);
  const text = stringify(build());
  t.match(explain(text.replace('token:', 'token: other\n      token:'))[0], /users\[0\]\.user\.token .*twice/);
  t.match(explain(JSON.stringify(build()).replace('"token"', '"token":"other","token"'))[0], /twice/);
  t.match(explain(JSON.stringify(build()).replace('"token"', '"tok\\u0065n":"other","token"'))[0], /twice/);
  t.match(explain(JSON.stringify(build({ top: { __proto__x: 1 } })))[0], /not known here/);
});

test('aliases, anchors, merges, tags, directives and several documents are refused', async (t) => {
  const text = stringify(build());
  const refused: [string, RegExp][] = [
    [text.replace('token: hub-token', 'token: &a hub-token'), /anchor/],
    [text.replace('name: u', 'name: *a'), /alias|no YAML/],
    [text.replace('user:\n', 'user: &u\n'), /anchor/],
    [text.replace('token: hub-token', '<<: {exec: {command: sh}}'), /Merging/],
    [text.replace('token: hub-token', 'token: !!str hub-token'), /tag/],
    [text.replace('token: hub-token', '!!str token: hub-token'), /plain text/],
    [`%YAML 1.1\n---\n${text}`, /directives/],
    [`${text}---\n${text}`, /exactly one/],
    [text.replace('token: hub-token', 'token: [hub-token]'), /must be a text/],
    [text.replace('token: hub-token', 'token: 17'), /must be a text/],
    ['just a text', /mapping/],
    ['[', /no YAML/],
    ['', /exactly one/],
    ['[['.repeat(20_000), /too long/],
    ['a: 1\n'.repeat(9_000), /too long/],
  ];
  for (const [each, why] of refused) t.match(explain(each)[0], why, each.slice(0, 60));
});

test('contexts, names and pairs that do not fit are refused', async (t) => {
  const many = build({ top: { 'current-context': undefined } });
  many['contexts'] = ['x', 'y'].map((name) => ({ name, context: { cluster: 'c', user: 'u' } }));
  t.match(explain(JSON.stringify(many))[0], /several contexts/);
  t.match(explain(JSON.stringify(build({ top: { 'current-context': 'z' } })))[0], /names no context/);
  t.match(explain(JSON.stringify(build({ context: { cluster: 'z' } })))[0], /names no cluster/);
  t.match(explain(JSON.stringify(build({ context: { user: 'z' } })))[0], /names no user/);
  const twice = build();
  twice['users'] = [
    { name: 'u', user: { token: 'a' } },
    { name: 'u', user: { token: 'b' } },
  ];
  t.match(explain(JSON.stringify(twice))[0], /same name/);
  t.match(explain(JSON.stringify(build({ user: {} })))[0], /needs a token/);
  t.match(explain(JSON.stringify(build({ user: { token: 'a\r\nX-Evil: 1' } })))[0], /no bearer token/);
  t.match(explain(JSON.stringify(build({ user: { ...pair, 'client-key-data': undefined } })))[0], /belong together/);
  const stranger = encode(createClientCertificate('stranger').key);
  t.match(explain(JSON.stringify(build({ user: { ...pair, 'client-key-data': stranger } })))[0], /its own key/);
  t.match(
    explain(JSON.stringify(build({ user: { ...pair, 'client-key-data': encode('/etc/passwd') } })))[0],
    /its own key/,
  );
  t.match(
    explain(JSON.stringify(build({ cluster: { 'certificate-authority-data': '/etc/ssl/ca.pem' } })))[0],
    /in PEM/,
  );
  t.match(
    explain(JSON.stringify(build({ cluster: { 'certificate-authority-data': encode(client.key) } })))[0],
    /in PEM/,
  );
  t.match(explain(JSON.stringify(build({ cluster: { 'tls-server-name': '10.0.0.1' } })))[0], /name of a host/);
});

test('hardening 4: servers that parsers read differently, or that lead elsewhere, are refused', async (t) => {
  const refused: [string, RegExp][] = [
    ['http://hub.example', /begin with https/],
    ['file:///etc/passwd', /begin with https/],
    ['https://user:pass@hub.example', /name a user/],
    ['https://hub.example@evil.example', /name a user/],
    ['https://hub.example/?', /neither a query/],
    ['https://hub.example/?a=b', /neither a query/],
    ['https://hub.example/#x', /neither a query/],
    ['https://hub.example:0', /port/],
    ['https://hub.example:99999', /no URL/],
    ['https://0x7f.1', /host must be/],
    ['https://2130706433', /host must be/],
    ['https://127.1', /host must be/],
    ['https://0177.0.0.1', /host must be/],
    ['https://１２７.0.0.1', /must be plain/],
    ['https://hub%2eexample', /must be plain/],
    ['https://hub.example\\@evil.example', /name a user/],
    ['https://hub.example/a/../b', /empty parts/],
    ['https://hub.example//evil', /empty parts/],
    [' https://hub.example', /must be plain/],
    ['https://hub.example\n', /must be plain/],
    ['https://[fe80::1%25eth0]', /URL|plain/],
    [`https://${'a'.repeat(600)}`, /longer/],
  ];
  for (const [server, why] of refused) {
    const [first = ''] = explain(JSON.stringify(build({ cluster: { server } })));
    t.match(first, why, server);
    t.match(first, 'clusters[0].cluster.server', server);
  }
});

test('hardening 2: what was stored under older rules fails the check with the way out, and is never used', async (t) => {
  const stored = (kubeconfig: Fields): OpenCredential => ({
    id: 'cr_old',
    provider: 'kubernetes',
    simulated: false,
    attributes: {},
    secret: { kubeconfig: JSON.stringify(kubeconfig) },
  });
  await t.rejects(openHubAccess(stored(build({ user: { exec: { command: 'sh' } } })), undefined), {
    code: 'credential-mismatch',
    message: /cr_old may not be used any more.*runs a program.*POST \/v1\/credentials/,
  });
  t.match(await openHubAccess(stored(build()), undefined), { origin: 'user', token: 'hub-token' });
});
