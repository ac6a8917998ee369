// The secret files of an installation: random passwords, the URLs that hold them, and the first master key. What is there stays.

import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureMasterKeys } from '../vault/master-keys.ts';

/** Where the servers are and whose files these are. */
export type SecretsPlan = {
  directory: string;
  /** `host:port/database` of PostgreSQL. */
  postgres: string;
  /** `host:port` of Redis. */
  redis: string;
  /** User ids that the files are given to, when this process may give them away: of Fleetyard's processes and of the two servers. */
  owners?: { service: number; servers: number };
};

/** Who logs in to PostgreSQL with which URL: the superuser, for backups, and those whom the compose file's first start makes. */
const logins = {
  postgres: 'postgres',
  migration: 'fleetyard_owner',
  api: 'fleetyard_api',
  worker: 'fleetyard_worker',
} as const;

const bytes = 24;

/** Makes what is missing, each file readable by its owner alone; returns the names of those that it made. */
export async function makeSecrets({ directory, postgres, redis, owners }: SecretsPlan): Promise<string[]> {
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o700);
  const made: string[] = [];
  const ensure = async (name: string, text: string, owner: number | undefined): Promise<string> => {
    const path = join(directory, name);
    const created = await writeFile(path, text, { mode: 0o400, flag: 'wx' }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
        return false;
      },
    );
    if (created) made.push(name);
    if (owner !== undefined) await chown(path, owner, owner);
    return (await readFile(path, 'utf8')).trim();
  };
  const password = (name: string): Promise<string> =>
    ensure(name, `${randomBytes(bytes).toString('hex')}\n`, owners?.servers);
  const url = (name: string, text: string): Promise<string> => ensure(name, `${text}\n`, owners?.service);

  for (const [name, login] of Object.entries(logins)) {
    await url(`${name}-url`, `postgres://${login}:${await password(`${name}-password`)}@${postgres}`);
  }
  const redisPassword = await password('redis-password');
  await ensure('redis.conf', `requirepass ${redisPassword}\n`, owners?.servers);
  await url('redis-url', `redis://:${redisPassword}@${redis}/0`);
  const keys = join(directory, 'master.key');
  if (await isMissing(keys)) made.push('master.key');
  await ensureMasterKeys(keys);
  if (owners !== undefined) await chown(keys, owners.service, owners.service);
  return made;
}

async function isMissing(path: string): Promise<boolean> {
  return readFile(path).then(
    () => false,
    () => true,
  );
}
