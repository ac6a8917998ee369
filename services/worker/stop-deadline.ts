// How long a worker may take to end; whoever stops one from outside has to wait longer before it kills.

/** Milliseconds from a cancel to the kill; clouds finish most creates within it. */
export const cancelGrace = 15 * 60_000;
/** For each connection to close; servers that are away never answer. */
export const closingSeconds = 3;

/** An engine that was asked to stop finishes what the cloud is making; without the servers its lease ends that sooner. */
export function getStopSeconds(config: { shutdownSeconds: number; leaseSeconds: number }): number {
  return config.shutdownSeconds + config.leaseSeconds + cancelGrace / 1000 + 6 * closingSeconds;
}
