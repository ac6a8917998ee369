// Quantities such as `500m` and `0.5`, which mean the same and are written differently by people and by the API server.
import type { PropertyPath, PropertyValue } from '../kit/values.ts';

const FACTORS: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const HOLDERS = new Set(['limits', 'requests', 'hard', 'capacity', 'allocatable', 'min', 'max', 'default']);

/** Whether a place in an object of Kubernetes' own holds a quantity. */
export function holdsQuantity(path: PropertyPath): boolean {
  const [holder, name] = path.slice(-2);
  return (typeof holder === 'string' && HOLDERS.has(holder)) || name === 'sizeLimit';
}

/** Whether two texts mean the same quantity. */
export function isSameQuantity(one: PropertyValue | undefined, other: PropertyValue | undefined): boolean {
  const [left, right] = [readQuantity(one), readQuantity(other)];
  if (left === undefined || right === undefined) return false;
  return Math.abs(left - right) <= Math.abs(left) * 1e-12;
}

function readQuantity(value: PropertyValue | undefined): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const found = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(String(value));
  if (!found) return undefined;
  const [, digits = '', exponent, suffix = ''] = found;
  if (exponent !== undefined) return Number(digits) * 10 ** Number(exponent);
  return Number(digits) * (FACTORS[suffix] ?? Number.NaN);
}
