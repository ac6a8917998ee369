// The page of the contract: served by us alone, read without a token, and sending one where something is tried.
import { test } from 'tap';
import { openTestApi } from './fixtures.ts';

test('the page and all that it loads come from the service', async (t) => {
  const api = await openTestApi(t);
  const read = (path: string) => api.app.inject({ method: 'GET', url: path });
  const page = await read('/docs');
  t.equal(page.statusCode, 200, 'without a token');
  t.match(page.headers['content-type'], /^text\/html/);
  const policy = String(page.headers['content-security-policy']);
  t.match(policy, "default-src 'none'; script-src 'self';");
  t.notMatch(policy, /https?:|\*|unsafe-eval/, 'and nothing else may come or be run');
  const sources = [...page.payload.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source ?? '');
  t.ok(sources.length >= 5);
  for (const source of sources) {
    t.match(source, /^\/docs\/static\//, 'from here');
    const file = await read(source);
    t.equal(file.statusCode, 200, source);
    t.equal(file.headers['x-content-type-options'], 'nosniff');
  }
  t.notMatch(page.payload, /<script>|onload=|style="/, 'nothing inline');
});

test('what it shows is the contract, with this service as the server', async (t) => {
  const api = await openTestApi(t);
  const shown = (await api.app.inject({ method: 'GET', url: '/docs/json' })).json<Record<string, unknown>>();
  const { servers: _servers, ...served } = (await api.send('GET', '/openapi.json')).body;
  const { servers, ...rest } = shown;
  t.same(servers, [{ url: '/', description: 'This service.' }]);
  t.same(rest, served);
  t.match(shown, { components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } });
});

test('and nothing else is open by it', async (t) => {
  const api = await openTestApi(t);
  for (const path of ['/docs/static/../../package.json', '/docs/static/%2e%2e/%2e%2e/package.json', '/docs/nothing'])
    t.equal((await api.app.inject({ method: 'GET', url: path })).statusCode, 404, path);
  t.equal((await api.app.inject({ method: 'POST', url: '/docs' })).statusCode, 404);
  const other = await api.app.inject({ method: 'GET', url: '/health' });
  t.equal(
    other.headers['content-security-policy'],
    "default-src 'none';frame-ancestors 'none'",
    'answers of the API keep their policy',
  );
});
