// The host's monotonic clock: all processes of a host read the same, and nobody can set it.

/** Milliseconds since some moment before the host's start. */
export function readMonotonicClock(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
