// The division of replicas by weights, as Karmada's scheduler does it.
import { test } from 'tap';
import { divideByWeight } from '../../../services/domain/placements/divide-replicas.ts';

const divide = (replicas: number, weights: Record<string, number>, last: Record<string, number> = {}) => {
  const weighed = Object.entries(weights).map(([name, weight]) => ({ name, weight, last: last[name] ?? 0 }));
  const { shares, exact } = divideByWeight(replicas, weighed);
  return { ...Object.fromEntries(shares), exact };
};

test('parts are rounded down, and the heaviest get one more each', async (t) => {
  t.same(divide(9, { a: 1, b: 2 }), { a: 3, b: 6, exact: true });
  t.same(divide(9, { a: 1, b: 3 }), { a: 2, b: 7, exact: true });
  t.same(divide(4, { a: 2, b: 1 }), { a: 3, b: 1, exact: true });
  t.same(divide(4, { a: 2, b: 1, c: 1 }), { a: 2, b: 1, c: 1, exact: true });
});

test('who gets none is not named', async (t) => {
  t.same(divide(1, { a: 3, b: 1 }), { a: 1, exact: true });
  t.same(divide(0, { a: 3, b: 1 }), { exact: true });
});

test('between equals the hub throws dice, unless one of them has more already', async (t) => {
  t.same(divide(3, { a: 1, b: 1 }), { a: 2, b: 1, exact: false });
  t.same(divide(3, { a: 1, b: 1 }, { b: 2, a: 1 }), { a: 1, b: 2, exact: true });
  t.same(divide(4, { a: 1, b: 1 }), { a: 2, b: 2, exact: true });
  t.same(divide(5, { a: 2, b: 1, c: 1 }), { a: 3, b: 1, c: 1, exact: true });
  t.same(divide(7, { a: 2, b: 2, c: 1 }), { a: 3, b: 3, c: 1, exact: true });
});

test('nothing is lost and nothing is made', async (t) => {
  for (let replicas = 0; replicas < 40; replicas += 1) {
    const { exact: _, ...shares } = divide(replicas, { a: 7, b: 3, c: 3, d: 1 }) as Record<string, number | boolean>;
    t.equal(
      Object.values(shares).reduce<number>((sum, share) => sum + Number(share), 0),
      replicas,
    );
  }
});
