// Progress of long preparations: one shape for all of them, and one line on stderr that shows it.

/**
 * @typedef {object} Progress
 * @property {string} subject what is being prepared, e.g. `Pulumi CLI`
 * @property {string} phase what is being done, e.g. `compiling`
 * @property {number} [done]
 * @property {number} [total]
 * @property {number} [secondsLeft] an estimate
 */

/** @typedef {(progress: Progress) => void} OnProgress */

/**
 * @param {Progress} progress
 * @returns {string} e.g. `Pulumi CLI: compiling 312 of 1,920, about 4 min left`
 */
export function describeProgress({ subject, phase, done, total, secondsLeft }) {
  const count = done !== undefined && total !== undefined ? ` ${done} of ${total}` : '';
  const left = secondsLeft !== undefined ? `, about ${describeSeconds(secondsLeft)} left` : '';
  return `${subject}: ${phase}${count}${left}`;
}

/** @param {number} seconds */
function describeSeconds(seconds) {
  return seconds >= 90 ? `${Math.round(seconds / 60)} min` : `${Math.max(1, Math.round(seconds))} s`;
}

/**
 * Shows progress of several subjects on one stream: a line that is rewritten on a terminal, else a line when a phase
 * changes and then at most one every `everyMs`.
 * @param {NodeJS.WriteStream} [stream]
 * @param {number} [everyMs]
 * @returns {{ show: OnProgress, clear: () => void }}
 */
export function createProgressLine(stream = process.stderr, everyMs = 15_000) {
  /** @type {Map<string, Progress>} */
  const subjects = new Map();
  /** @type {Map<string, { phase: string, at: number }>} */
  const shown = new Map();
  const clear = () => {
    subjects.clear();
    if (stream.isTTY) stream.write('\r\u001b[K');
  };
  /** @type {OnProgress} */
  const show = (progress) => {
    subjects.set(progress.subject, progress);
    if (stream.isTTY) {
      const line = [...subjects.values()].map(describeProgress).join(' · ');
      stream.write(`\r\u001b[K${line.slice(0, (stream.columns ?? 80) - 1)}`);
      return;
    }
    const last = shown.get(progress.subject);
    if (last !== undefined && last.phase === progress.phase && Date.now() - last.at < everyMs) return;
    shown.set(progress.subject, { phase: progress.phase, at: Date.now() });
    stream.write(`${describeProgress(progress)}\n`);
  };
  return { show, clear };
}
