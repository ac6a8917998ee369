// The disk of the work directory is full, before and within an engine step: it is told as such, and passes when there is room.
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type Test } from 'tap';
import { createTestDirectory } from '../helpers/directory.ts';
import { createBench, up } from './engine-bench.ts';

/** Why no small disk can be made here. */
function findObstacle(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'a disk of its own needs root on Linux';
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `no disk can be mounted here: ${String((error as { stderr?: unknown }).stderr ?? error).trim()}`;
  }
}

/** A disk of half a megabyte that can be filled to its last byte. */
async function mountDisk(t: Test) {
  const path = join(await createTestDirectory(t), 'disk');
  await mkdir(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k,nr_inodes=64', 'tmpfs', path]);
  t.teardown(() => execFileSync('umount', ['--lazy', path]));
  const fillers = Array.from({ length: 100 }, (_, index) => join(path, `filler-${index}`));
  return {
    path,
    /** Takes every byte and every name. */
    async fill() {
      for (const file of fillers) await writeFile(file, Buffer.alloc(64 * 1024)).catch(() => undefined);
    },
    async clear() {
      for (const file of fillers) await rm(file, { force: true });
    },
  };
}

const skip = findObstacle() ?? false;
const full = { class: 'capacity', advice: /Make room/ };

test('A disk that is full before a step', { skip }, async (t) => {
  const { ask, run, context, fake } = await createBench(t);
  const disk = await mountDisk(t);
  context.engine.workDir = disk.path;
  await disk.fill();
  const id = await ask('create', up);
  t.match(await run(id), { state: 'queued', error: full }, 'is told, and waited for');
  t.same(await fake.takeCalls(), [], 'nothing ran');
  await disk.clear();
  t.match(await run(id), { state: 'succeeded', retries: 1 }, 'and the step runs when there is room');
});

test('A disk that fills up within a step', { skip }, async (t) => {
  const { ask, run, context, fake, readHealth } = await createBench(t);
  const disk = await mountDisk(t);
  context.engine.workDir = disk.path;
  await fake.onCall(
    'up',
    'cat /dev/zero > "$TMPDIR/grown" 2> "$0.said" || { echo "error: $(sed "s/.*: //" "$0.said")" >&2; exit 255; }',
  );
  const id = await ask('create', up);
  t.match(await run(id), { state: 'queued', error: { ...full, message: /No space left on device/ } });
  t.match(await readHealth(), { unsettled: { operationId: id } }, 'what the engine came to is looked at');
  t.same(await readdir(join(disk.path, 'steps')), [], 'the step left nothing behind that fills it');
  await fake.onCall('up', undefined);
  await fake.takeCalls();
  t.match(await run(id), { state: 'succeeded' });
  t.same(await fake.takeCalls(), ['stack export', 'cancel', 'up']);
});
