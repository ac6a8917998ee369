// How the mains begin when they were configured wrongly.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';

for (const name of ['api', 'worker']) {
  test(`the ${name} that was told nothing ends with 2 and names what is missing, with the mend`, async (t) => {
    const main = fileURLToPath(new URL(`../../services/${name}/main.ts`, import.meta.url));
    const child = spawn(process.execPath, [main], {
      env: { PATH: process.env['PATH'], FLEETYARD_PORT: 'http' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    t.teardown(() => child.kill('SIGKILL'));
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += String(chunk)));
    const [code] = await once(child, 'close');
    t.equal(code, 2);
    t.match(output, /^the configuration is wrong:\n/, 'as plain text, without a trace');
    for (const fault of [
      'DATABASE_URL is missing; set it to a URL that begins with postgres:',
      'REDIS_URL is missing; set it to a URL that begins with redis:',
      'FLEETYARD_PORT must be a whole number from 0 to 65535, not "http"',
    ])
      t.ok(output.includes(`\n  ${fault}`), fault);
  });
}
