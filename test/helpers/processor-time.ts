// Time of the processor that work takes, which a busy machine changes little, and how it grows with the size.

const rounds = 5;
/** Microseconds; the kernel counts in steps that are not far below. */
const enough = 5_000;

/** Microseconds that the work takes on this thread: the least of several rounds. */
export function measureProcessorTime(work: () => unknown): number {
  work();
  let least = Infinity;
  for (let round = 0; round < rounds; round += 1) {
    const before = process.threadCpuUsage();
    for (let count = 1; ; count += 1) {
      work();
      const { user, system } = process.threadCpuUsage(before);
      if (user + system < enough) continue;
      least = Math.min(least, (user + system) / count);
      break;
    }
  }
  return least;
}

/** How many times as long the work takes for each unit of the larger size: 1 is linear, and the square of the sizes' ratio would be that ratio. */
export function measureGrowth(sizes: readonly [number, number], prepare: (size: number) => () => unknown): number {
  const [small, large] = sizes.map((size) => measureProcessorTime(prepare(size)) / size);
  return (large ?? 0) / (small ?? 0);
}
