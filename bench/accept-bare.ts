// What bench/accept.ts is measured against: a Fastify route that stores its body with one insert and answers 202, nothing else.

import Fastify from 'fastify';
import postgres from 'postgres';

const sql = postgres(process.env['DATABASE_URL'] ?? '', { max: 10, onnotice: () => undefined });
await sql`create table if not exists bare (id text primary key, body jsonb not null)`;
const app = Fastify();
app.post('/v1/clusters', async (request, reply) => {
  const { name } = request.body as { name: string };
  await sql`insert into bare (id, body) values (${name}, ${sql.json(request.body as postgres.JSONValue)})`;
  return reply.code(202).send({ id: name });
});
process.stdout.write(`{"address":"${await app.listen({ host: '127.0.0.1', port: 0 })}"}\n`);
