// The configuration: read once, frozen, and every fault named at once.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { loadHostConfig, loadConfig } from '../../services/config.ts';
import { ConfigError } from '../../services/process/config-error.ts';
import { createTestDirectory } from '../helpers/directory.ts';

const least = { DATABASE_URL: 'postgres://fleetyard:secret@db/fleetyard', REDIS_URL: 'redis://queue:6379/' };

test('The least that has to be said', async (t) => {
  const config = loadConfig(least);
  t.match(config, {
    database: { url: least.DATABASE_URL, migrate: false, migrationUrl: undefined, runtimeLogins: ['fleetyard'] },
    redis: { url: 'redis://queue:6379', prefix: 'fleetyard' },
    http: { host: '127.0.0.1', port: 8080, publicUrl: 'http://127.0.0.1:8080' },
    masterKeyFile: /\.fleetyard\/master\.key$/,
    tokenFile: /\.fleetyard\/admin\.token$/,
    simulator: { url: undefined },
    worker: { concurrency: 64, leaseSeconds: 30 },
    log: { level: 'info' },
  });
  t.ok(Object.isFrozen(config) && Object.isFrozen(config.database), 'is frozen');
  t.equal(config.retention.auditDays, undefined, 'keeps the audit trail for ever');
});

test('Everything that can be wrong', async (t) => {
  const wrong = {
    DATABASE_URL: 'mysql://user:hunter2@db/x',
    FLEETYARD_PORT: '99999',
    FLEETYARD_LOG_LEVEL: 'loud',
    FLEETYARD_MIGRATE: 'maybe',
    FLEETYARD_CONCURRENCY: '1.5',
    FLEETYARD_AUDIT_DAYS: '7',
    FLEETYARD_QUEUE_PREFIX: 'a b',
    FLEETYARD_SIMULATOR_URL: 'nonsense',
  };
  try {
    loadConfig(wrong);
    t.fail('is refused');
  } catch (error) {
    t.type(error, ConfigError, 'is refused');
    const { faults, message } = error as ConfigError;
    for (const name of [...Object.keys(wrong), 'REDIS_URL']) {
      t.ok(
        faults.some((fault) => fault.startsWith(name)),
        `with ${name}`,
      );
    }
    t.notOk(message.includes('hunter2'), 'without a password');
  }
});

test('A value may come from a file instead', async (t) => {
  const directory = await createTestDirectory(t);
  const file = join(directory, 'database-url');
  writeFileSync(file, `${least.DATABASE_URL}\n`);
  const { REDIS_URL } = least;
  t.equal(loadConfig({ DATABASE_URL_FILE: file, REDIS_URL }).database.url, least.DATABASE_URL);
  const faultsOf = (environment: Record<string, string>): readonly string[] => {
    try {
      loadConfig({ REDIS_URL, ...environment });
      return [];
    } catch (error) {
      return (error as ConfigError).faults;
    }
  };
  t.match(faultsOf({ ...least, DATABASE_URL_FILE: file }), ['DATABASE_URL and DATABASE_URL_FILE are both set']);
  const away = join(directory, 'away');
  t.match(faultsOf({ DATABASE_URL_FILE: away })[0], /^DATABASE_URL_FILE names .*away, which can't be read \(ENOENT\)/);
  writeFileSync(file, ' \n');
  t.match(faultsOf({ DATABASE_URL_FILE: file })[0], /is empty/);
  writeFileSync(file, 'mysql://user:hunter2@db/x');
  t.notMatch(faultsOf({ DATABASE_URL_FILE: file }).join(), 'hunter2', 'and no fault tells what stands in it');
});

test('Words for yes and no', async (t) => {
  for (const [word, meaning] of [
    ['on', true],
    ['TRUE', true],
    ['0', false],
    ['off', false],
  ] as const) {
    t.equal(loadConfig({ ...least, FLEETYARD_CHECK_RESPONSES: word }).checkResponses, meaning, word);
  }
});

test('Networks', async (t) => {
  const config = loadConfig({
    ...least,
    FLEETYARD_PRIVATE_NETWORKS: '10.20.0.0/16, fd12::/16,',
    FLEETYARD_DEFAULT_ALLOWED_CIDRS: '203.0.113.0/24,0.0.0.0/0',
  });
  t.same(config.outgoing.privateNetworks, ['10.20.0.0/16', 'fd12::/16'], 'that may be called');
  t.same(config.access.defaultAllowedCidrs, ['203.0.113.0/24', '0.0.0.0/0'], 'that may call');
  t.match(loadConfig(least), { outgoing: { privateNetworks: [] }, access: { defaultAllowedCidrs: [] } }, 'are none');
  for (const text of ['10.0.0.1', '0.0.0.0/0', '169.254.0.0/16', '8.8.8.0/24', '::ffff:10.0.0.0/104', 'x']) {
    const environment = { ...least, FLEETYARD_PRIVATE_NETWORKS: `10.0.0.0/8,${text}` };
    t.throws(() => loadConfig(environment), { message: /FLEETYARD_PRIVATE_NETWORKS: .* is no private range/ }, text);
  }
  const six = { ...least, FLEETYARD_DEFAULT_ALLOWED_CIDRS: '::/0' };
  t.throws(() => loadConfig(six), { message: /FLEETYARD_DEFAULT_ALLOWED_CIDRS/ }, 'of IPv4 alone may call');
});

test('What a backup has to be told', async (t) => {
  const { DATABASE_URL } = least;
  const config = loadHostConfig({ DATABASE_URL, FLEETYARD_DATA_DIR: '/data' });
  t.match(config, {
    database: { url: DATABASE_URL, stateDatabase: 'pulumi_state' },
    masterKeyFile: '/data/master.key',
  });
  t.throws(() => loadHostConfig({}), { name: 'ConfigError', message: /DATABASE_URL is missing/ });
});
