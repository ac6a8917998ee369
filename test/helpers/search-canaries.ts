// Looks for canaries, as they are, in hexadecimal and in base64, wherever a secret could have been left in the clear.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import type postgres from 'postgres';
import type { Canary } from './canaries.ts';

/** The forms in which a text may be met; base64 at each of the three places where it may begin. */
function listForms(text: string): string[] {
  const bytes = Buffer.from(text);
  const encoded = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '')
      // The first and the last sign share bits with what is beside.
      .slice(offset === 0 ? 0 : 4, -2),
  );
  return [text, bytes.toString('hex'), ...encoded];
}

function find(content: string, canaries: readonly Canary[]): string[] {
  return canaries.filter(({ text }) => listForms(text).some((form) => content.includes(form))).map(({ name }) => name);
}

/** Every column of every table of every schema. */
export async function searchDatabase(sql: postgres.Sql, canaries: readonly Canary[]): Promise<string[]> {
  const tables = await sql<{ schema: string; name: string }[]>`
    select n.nspname::text as schema, c.relname::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'm') and n.nspname <> 'information_schema' and not starts_with(n.nspname, 'pg_')
  `;
  const hits: string[] = [];
  for (const { schema, name } of tables) {
    const rows = await sql<{ text: string }[]>`select t::text as text from ${sql(schema)}.${sql(name)} t`;
    for (const { text } of rows) hits.push(...find(text, canaries).map((hit) => `${hit} in ${schema}.${name}`));
  }
  return hits;
}

/** Every key of the server. */
export async function searchRedis(redis: Redis, canaries: readonly Canary[]): Promise<string[]> {
  const hits: string[] = [];
  for (const key of await redis.keys('*')) {
    const content = JSON.stringify(await readKey(redis, key).catch(() => ''));
    hits.push(...find(`${key} ${content}`, canaries).map((hit) => `${hit} in redis ${key}`));
  }
  return hits;
}

async function readKey(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, 0, -1);
    case 'stream':
      return redis.xrange(key, '-', '+');
    default:
      return '';
  }
}

/** Every file below a folder. */
export async function searchFiles(
  directory: string,
  canaries: readonly Canary[],
  exempt: readonly string[],
): Promise<string[]> {
  const hits: string[] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || exempt.some((closed) => path === closed || path.startsWith(`${closed}/`))) continue;
    const content = await readFile(path, 'latin1').catch(() => '');
    hits.push(...find(content, canaries).map((hit) => `${hit} in ${path}`));
  }
  return hits;
}

/** The arguments of every process of the machine. */
export async function searchArguments(canaries: readonly Canary[]): Promise<string[]> {
  const hits: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
    hits.push(...find(line, canaries).map((hit) => `${hit} in the arguments of ${line.split('\0')[0]}`));
  }
  return hits;
}
