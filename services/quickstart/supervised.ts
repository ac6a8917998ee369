// Runs one of the mains as a child that ends in order when its parent is gone, however the parent went.

import { pathToFileURL } from 'node:url';

const [target = '', ...rest] = process.argv.slice(2);
process.argv = [process.argv[0] ?? '', target, ...rest];

// The parent holds the other end of standard input; it closes when the parent dies, even by SIGKILL.
process.stdin.once('end', () => process.kill(process.pid, 'SIGTERM'));
process.stdin.resume();
(process.stdin as unknown as { unref?(): void }).unref?.();

await import(pathToFileURL(target).href);
