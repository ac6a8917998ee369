// Shows a fleet's progress: a table redrawn in place on a terminal, a line a change elsewhere.

import type { ClusterProgress } from './follow-fleet.ts';

/** Where progress is shown. */
export type ProgressView = {
  /** A line that stays. */
  say(line: string): void;
  /** The current state of every cluster; draws only what changed. */
  show(clusters: ClusterProgress[]): void;
  /** Leaves the last table standing. */
  finish(): void;
};

function formatSeconds(seconds: number): string {
  const whole = Math.floor(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

function formatRow(cluster: ClusterProgress): string[] {
  const count = cluster.planned === null ? '' : `${cluster.done ?? 0}/${cluster.planned}`;
  return [cluster.name, cluster.provider, cluster.phase, cluster.layer ?? '', count, formatSeconds(cluster.seconds)];
}

const header = ['cluster', 'provider', 'phase', 'layer', 'resources', 'elapsed'];

/** The progress table as lines of equal columns. */
export function formatTable(clusters: ClusterProgress[]): string[] {
  const rows = [header, ...clusters.map(formatRow)];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** A view for a terminal: the table is redrawn in place. */
function createTerminalView(stream: NodeJS.WriteStream): ProgressView {
  let drawn = 0;
  const erase = (): void => {
    if (drawn > 0) stream.write(`\u001b[${drawn}A\u001b[J`);
    drawn = 0;
  };
  return {
    say(line) {
      erase();
      stream.write(`${line}\n`);
    },
    show(clusters) {
      erase();
      const lines = formatTable(clusters).map((line) => line.slice(0, Math.max(20, (stream.columns || 80) - 1)));
      stream.write(`${lines.join('\n')}\n`);
      drawn = lines.length;
    },
    finish() {
      drawn = 0;
    },
  };
}

/** A view for a pipe or a log: a line when a cluster enters another phase or layer, or a layer is a quarter further. */
function createLineView(stream: NodeJS.WritableStream): ProgressView {
  const said = new Map<string, string>();
  return {
    say: (line) => void stream.write(`${line}\n`),
    show(clusters) {
      for (const cluster of clusters) {
        const quarter = cluster.planned ? Math.floor((4 * (cluster.done ?? 0)) / cluster.planned) : 0;
        const key = `${cluster.phase} ${cluster.layer ?? ''} ${quarter}`;
        if (said.get(cluster.name) === key) continue;
        said.set(cluster.name, key);
        const [name, provider, phase, layer, count, elapsed] = formatRow(cluster);
        stream.write(`${[name, provider, phase, layer, count, elapsed].filter((cell) => cell !== '').join('  ')}\n`);
      }
    },
    finish: () => undefined,
  };
}

/** Picks the view that fits the stream. */
export function createProgressView(stream: NodeJS.WriteStream): ProgressView {
  return stream.isTTY ? createTerminalView(stream) : createLineView(stream);
}
