// Runs probes side by side, each within its time: what hangs is a finding as well.

import { explainRefusal } from '../store/inspection/explain-refusal.ts';
import { findingsOf, type Finding, type Subject } from './finding.ts';

/** One look. Its signal aborts when its time is over. */
export type Probe = { subject: Subject; run: (until: AbortSignal) => Promise<Finding[]> };

/** Runs them; resolves in little more than the time, whatever they wait for. */
export async function runProbes(probes: readonly Probe[], milliseconds: number): Promise<Finding[]> {
  const found = await Promise.all(probes.map((probe) => runProbe(probe, milliseconds)));
  return found.flat();
}

async function runProbe({ subject, run }: Probe, milliseconds: number): Promise<Finding[]> {
  const { mend } = findingsOf(subject);
  let timer: NodeJS.Timeout | undefined;
  const until = new AbortController();
  const late = new Promise<Finding[]>((resolve) => {
    timer = setTimeout(() => {
      until.abort();
      const says = `no answer in ${milliseconds / 1000} s`;
      resolve([mend(says, 'look at the server that it was asked of, and at the network in between')]);
    }, milliseconds);
  });
  try {
    return await Promise.race([run(until.signal), late]);
  } catch (error) {
    const refusal = explainRefusal(error);
    if (refusal !== undefined) return [mend(`PostgreSQL ${refusal.says}`, refusal.mend)];
    return [mend(`could not be looked at: ${describeError(error)}`, 'see the reason')];
  } finally {
    clearTimeout(timer);
  }
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error);
}
