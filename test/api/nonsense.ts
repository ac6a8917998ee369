// Nonsense wherever a request has room for it (hardening 8): refused with a pointer or a name, and never 5xx.
import { connect } from 'node:net';
import { test } from 'tap';
import { encodeCursor } from '../../services/store/pages.ts';
import { clusterRequest, openTestApi } from './fixtures.ts';

const nonsense = [
  '\0',
  'a\0b',
  '-1',
  '1.5',
  '1e3',
  '0x10',
  '2147483648',
  '99999999999999999999',
  'NaN',
  ' ',
  '\ud800',
  '%',
];

test('hardening 8: nonsense in parameters', async (t) => {
  const api = await openTestApi(t);
  const { body } = await api.send('POST', '/v1/clusters', { body: clusterRequest() });
  const events = `/v1/operations/${body.operation.id}/events`;
  const cursors = [
    ...nonsense,
    '',
    encodeCursor('cl_\0'),
    encodeCursor('\0'),
    encodeCursor('a:b'),
    encodeCursor('x'.repeat(100)),
  ];
  for (const path of ['/v1/clusters', '/v1/tokens', '/v1/operations', '/v1/projects']) {
    for (const cursor of cursors) {
      const answer = await api.send('GET', `${path}?cursor=${encode(cursor)}`, {
        token: api.tokens['platform-admin'],
        headers: { 'fleetyard-project': api.projectId },
      });
      t.equal(answer.status, 400, `${path} with the cursor ${JSON.stringify(cursor)}: ${answer.text.slice(0, 100)}`);
      t.equal(answer.body.errors[0].parameter, 'cursor', 'which is named');
    }
  }
  const accept = { accept: 'application/json' };
  for (const value of nonsense) {
    const after = await api.send('GET', `${events}?after=${encode(value)}`, { headers: accept });
    t.match(after, { status: 400, body: { errors: [{ parameter: 'after' }] } }, `after ${JSON.stringify(value)}`);
    if (value.includes('\0') || value === '\ud800' || value === ' ') continue;
    const last = await api.send('GET', events, { headers: { ...accept, 'last-event-id': value } });
    t.match(last, { status: 400, body: { errors: [{ parameter: 'Last-Event-ID' }] } }, `Last-Event-ID ${value}`);
  }
  t.equal(
    (await api.send('GET', `${events}?after=2147483647`, { headers: accept })).status,
    200,
    'the largest is fine',
  );
  for (const value of nonsense) {
    const one = await api.send('GET', `/v1/clusters/${encode(value)}`);
    t.ok(one.status === 400 || one.status === 404, `the name ${JSON.stringify(value)}: ${one.status}`);
    const list = await api.send('GET', `/v1/clusters?fleet=${encode(value)}&limit=${encode(value)}&${encode(value)}=1`);
    t.equal(list.status, 400, `the filter ${JSON.stringify(value)}`);
  }
});

test('hardening 8: nonsense in bodies', async (t) => {
  const api = await openTestApi(t);
  const key = { 'idempotency-key': 'nonsense' };
  for (const [text, pointer] of [
    ['{"name":"a\\u0000b"}', '/name'],
    ['{"labels":{"a\\u0000b":"x"}}', '/labels'],
    ['{"name":"\\ud800"}', '/name'],
    ['{"count":1e999}', '/count'],
  ] as const) {
    const { status, body } = await api.send('POST', '/v1/clusters', {
      raw: { text, type: 'application/json' },
      headers: key,
    });
    t.equal(status, 400, text);
    t.equal(body.errors[0].pointer, pointer, 'at its place');
  }
  const yaml = await api.send('POST', '/v1/clusters', { raw: { text: 'cpu: .nan', type: 'application/yaml' } });
  t.match(yaml, { status: 400, body: { errors: [{ pointer: '/cpu' }] } }, 'numbers that JSON has not');
  const { body } = await api.send('POST', '/v1/clusters', {
    raw: { text: '{"password": "hunter2" "x"}', type: 'application/json' },
  });
  t.notMatch(JSON.stringify(body), /hunter2/, 'the words of the parser do not repeat what was sent');
});

test('hardening 8: methods', async (t) => {
  const api = await openTestApi(t);
  for (const method of ['QUERY', 'POST', 'OPTIONS', 'TRACE', 'PROPFIND', 'LOCK']) {
    const answer = await api.send(method, '/v1/clusters/web', { headers: { 'content-type': 'text/plain' } });
    t.equal(answer.status, 405, `${method} on a known path`);
    t.equal(answer.headers['allow'], 'GET, PUT, DELETE, PATCH', 'with the methods that are');
    t.equal((await api.send(method, '/v1/nothing')).status, 404, `${method} on an unknown path`);
  }
  const url = new URL(await api.app.listen({ host: '127.0.0.1', port: 0 }));
  t.match(
    await sendRaw(url, 'TEA /v1/clusters/web?x=1'),
    /^HTTP\/1.1 405 [^]*allow: GET, PUT, DELETE, PATCH\r\n[^]*problem:method-not-allowed/,
    'one that HTTP does not know',
  );
  t.match(await sendRaw(url, 'TEA /v1/nothing'), /^HTTP\/1.1 404 /, 'on an unknown path');
  t.match(await sendRaw(url, '\u0001\u0002'), /^HTTP\/1.1 400 [^]*application\/problem\+json/, 'and what is no HTTP');
});

function encode(text: string): string {
  // Half a surrogate pair has no encoding; this is what a careless client sends.
  return text === '\ud800' ? '%ED%A0%80' : encodeURIComponent(text);
}

function sendRaw({ hostname, port }: URL, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(`${line} HTTP/1.1\r\nhost: x\r\n\r\n`));
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
}
