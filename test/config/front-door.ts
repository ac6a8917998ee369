// What the front door is told: TLS, proxies, measurements, bounds.
import { test } from 'tap';
import { loadConfig } from '../../services/config.ts';

const least = { DATABASE_URL: 'postgres://db/fleetyard', REDIS_URL: 'redis://queue:6379' };
const load = (more: Record<string, string>) => loadConfig({ ...least, ...more });

test('16: a front door that was told nothing', async (t) => {
  const { http, bounds } = load({});
  t.match(http, { tls: undefined, trustedProxies: [], monitoring: { host: '127.0.0.1', port: undefined } });
  t.ok(bounds.rates['token-writes'].requests >= 1_000, 'lets a portal make two hundred clusters, and watch them');
  t.ok(bounds.rates['token-reads'].requests >= 200 * 5);
  t.ok(bounds.rates['project-writes'].requests > bounds.rates['token-writes'].requests);
});

test('16: proxies that are trusted', async (t) => {
  const read = (text: string) => load({ FLEETYARD_TRUSTED_PROXIES: text }).http.trustedProxies;
  t.same(read('10.0.0.0/8, 192.0.2.7 fd00::/8'), ['10.0.0.0/8', '192.0.2.7', 'fd00::/8']);
  for (const wrong of ['0.0.0.0/0', '::/0', '10.0.0.0/33', 'everyone', '10.0.0.0/8/8', '10.0.0.0/-1']) {
    t.throws(() => read(wrong), /FLEETYARD_TRUSTED_PROXIES must hold addresses or CIDR ranges/, wrong);
  }
});

test('16: TLS', async (t) => {
  t.match(load({ FLEETYARD_TLS_CERT_FILE: '/c', FLEETYARD_TLS_KEY_FILE: '/k' }).http, {
    tls: { certFile: '/c', keyFile: '/k' },
    publicUrl: 'https://127.0.0.1:8080',
  });
  t.throws(() => load({ FLEETYARD_TLS_CERT_FILE: '/c' }), /belong together/);
});
