// The contract's checks take linear time, also when nothing is right (hardening 3).
import { test } from 'tap';
import { createValidators } from '../../services/contract/validator.ts';
import { measureGrowth } from '../helpers/processor-time.ts';

const { checkBody } = createValidators().createFleet;
const mostGrowth = 4;
const sizes = [1_000, 16_000] as const;

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const members = (size: number, name: string) => Object.fromEntries(many(size, (index) => [`${name} ${index}`, 'x']));

const faulty: Record<string, (size: number) => { clusters: unknown[]; placements?: unknown[] }> = {
  'clusters that are none': (size) => ({ clusters: many(size, () => 1) }),
  'clusters without anything': (size) => ({ clusters: many(size, () => ({})) }),
  'wrong add-ons of many clusters': (size) => ({
    clusters: many(size / 50, () => ({ addons: many(50, () => ({ nam: 1 })) })),
  }),
  'unknown fields': (size) => ({ clusters: [members(size, 'unknown')] }),
  'labels with wrong keys': (size) => ({ clusters: [{ labels: members(size, 'not a key') }] }),
  'zones without end': (size) => ({ clusters: [{ zones: many(size, (index) => `zone-${index}`) }] }),
  'zones that are none': (size) => ({ clusters: [{ zones: many(size, (index) => ({ index })) }] }),
  'networks without end': (size) => ({
    clusters: [{ access: { allowedCidrs: many(size, (index) => `10.0.${index}`) } }],
  }),
  'hosts without end': (size) => ({
    clusters: [{ nodePools: [{ hosts: many(size, (index) => `host-${index}`) }] }],
  }),
  'an order without end': (size) => ({
    clusters: [],
    placements: [{ failover: { order: many(size, (index) => `web-${index}`) } }],
  }),
};

test('hardening 3: faults cost linear time', async (t) => {
  for (const [title, make] of Object.entries(faulty)) {
    const growth = measureGrowth(sizes, (size) => {
      const body = { name: 'fleet', ...make(size) };
      return () => checkBody(body);
    });
    t.ok(growth < mostGrowth, `${title} (${growth.toFixed(1)})`);
    const { length } = checkBody({ name: 'fleet', ...make(1_000) });
    t.ok(length > 0 && length <= 100, 'at most a hundred are told');
  }
});

test('hardening 3: what repeats in a list of references is found', async (t) => {
  const order = ['web-1', 'web-2', 'web-1'];
  const faults = checkBody({ name: 'fleet', clusters: [], placements: [{ failover: { order } }] });
  t.match(
    faults.filter(({ pointer }) => pointer.startsWith('/placements/0/failover')),
    [{ pointer: '/placements/0/failover/order/0', code: 'duplicate', message: 'repeats entry 2' }],
  );
});

test('hardening 3: faults are gathered from behind references, each at its place', async (t) => {
  const faults = checkBody({ name: 'fleet', clusters: [{ addons: [{ nam: 1 }] }, { addons: [3, { nam: 1 }] }] });
  const addons = faults.filter(({ pointer }) => pointer.includes('addons'));
  t.same(
    addons.map(({ pointer, code }) => `${pointer} ${code}`),
    [
      '/clusters/0/addons/0/name required',
      '/clusters/0/addons/0/nam unknown-field',
      '/clusters/1/addons/0 wrong-type',
      '/clusters/1/addons/1/name required',
      '/clusters/1/addons/1/nam unknown-field',
    ],
  );
});
