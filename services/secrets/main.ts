// `npm run secrets`: makes the secret files of an installation.

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeSecrets } from './make-secrets.ts';

const usage = `Usage: npm run secrets -- [--dir DIR] [--postgres HOST:PORT/DATABASE] [--redis HOST:PORT] [--owners UID:UID]

Makes what is missing in DIR (default secrets): random passwords, the URLs that hold them, and the first master key. A file
that is there stays as it is. Keep a copy of master.key elsewhere: without it a backup is of no use.

  --postgres   where PostgreSQL will be (default postgres:5432/fleetyard)
  --redis      where Redis will be (default redis:6379)
  --owners     user ids that the files are given to: of Fleetyard's processes and of the two servers; as root only`;

const { values } = parseArgs({
  options: {
    dir: { type: 'string', default: 'secrets' },
    postgres: { type: 'string', default: 'postgres:5432/fleetyard' },
    redis: { type: 'string', default: 'redis:6379' },
    owners: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) {
  process.stdout.write(`${usage}\n`);
} else if (values.owners !== undefined && !/^\d+:\d+$/.test(values.owners)) {
  process.stderr.write(`--owners takes two user ids, e.g. 10001:999\n\n${usage}\n`);
  process.exitCode = 2;
} else {
  const [service, servers] = values.owners?.split(':').map(Number) ?? [];
  const made = await makeSecrets({
    directory: resolve(values.dir),
    postgres: values.postgres,
    redis: values.redis,
    ...(service === undefined || servers === undefined ? {} : { owners: { service, servers } }),
  });
  process.stdout.write(
    made.length === 0 ? `${values.dir}: nothing was missing\n` : `${values.dir}: made ${made.join(', ')}\n`,
  );
}
