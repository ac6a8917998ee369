// Durations as the specification writes them: `15m`, `72h`.

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** The moment that lies a duration after another one. The contract has checked its form. */
export function addDuration(from: Date, duration: string): Date {
  const seconds = Number(duration.slice(0, -1)) * (secondsOf[duration.slice(-1)] ?? 0);
  return new Date(from.getTime() + seconds * 1000);
}
