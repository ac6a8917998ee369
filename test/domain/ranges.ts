import { test } from 'tap';
import {
  getBlock,
  isInside,
  overlaps,
  parseBlock,
  prefixFor,
  prefixOf,
  printBlock,
} from '../../services/domain/cidr.ts';
import { countNodes } from '../../services/domain/count-nodes.ts';
import { isFleetyardError } from '../../services/domain/errors.ts';
import { findGap } from '../../services/domain/find-gap.ts';
import { getManagedRules } from '../../services/domain/providers/registry.ts';
import { type RangeClaim, listForbiddenRanges } from '../../services/domain/ranges.ts';
import { planRanges } from '../helpers/plan-ranges.ts';
import fc from '../helpers/properties.ts';
import { catalogue } from './fixtures.ts';

const pools = catalogue.ranges.defaultPools;
const claim = (provider: RangeClaim['provider'], needs: RangeClaim['needs'], pointer = ''): RangeClaim => ({
  provider,
  needs,
  pointer,
});
const usual: RangeClaim['needs'] = [
  { role: 'nodes', prefix: 20 },
  { role: 'pods', prefix: 20 },
  { role: 'services', prefix: 20 },
];

function firstFit(search: { pool: string; taken: string[]; forbidden?: string[]; prefix: number }): string | undefined {
  const taken = search.taken.map(getBlock).toSorted((a, b) => a.first - b.first);
  const found = findGap(getBlock(search.pool), search.prefix, taken, (search.forbidden ?? []).map(getBlock));
  return found && printBlock(found);
}

function catchError(run: () => unknown): { code: string; message: string; pointers: string[] } {
  try {
    run();
  } catch (error) {
    if (isFleetyardError(error)) {
      return { code: error.code, message: error.message, pointers: error.details.map(({ pointer }) => pointer) };
    }
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('a block is read only in its canonical form', async (t) => {
  t.same(parseBlock('10.0.0.0/8'), { first: 10 * 2 ** 24, last: 11 * 2 ** 24 - 1 });
  t.same(parseBlock('255.255.255.255/32'), { first: 2 ** 32 - 1, last: 2 ** 32 - 1 });
  for (const text of [
    '10.0.0.1/8',
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '010.0.0.0/8',
    '256.0.0.0/8',
    '10.0/8',
    'fd00::/8',
    '',
  ]) {
    t.equal(parseBlock(text), undefined, text);
  }
});

const aBlock = fc
  .tuple(fc.integer({ min: 8, max: 32 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }))
  .map(([prefix, address]) => {
    const size = 2 ** (32 - prefix);
    const first = Math.floor(address / size) * size;
    return { first, last: first + size - 1 };
  });

test('a block printed and read again is the same', async () => {
  fc.assert(
    fc.property(aBlock, (block) => {
      const again = getBlock(printBlock(block));
      return again.first === block.first && again.last === block.last;
    }),
  );
});

test('first fit finds a block that is aligned, inside the pool, free, and the lowest such', async () => {
  const pool = '10.20.0.0/16';
  const inPool = fc
    .tuple(fc.integer({ min: 18, max: 28 }), fc.integer({ min: 0, max: 65535 }))
    .map(([prefix, offset]) => {
      const size = 2 ** (32 - prefix);
      const first = getBlock(pool).first + Math.floor(offset / size) * size;
      return printBlock({ first, last: first + size - 1 });
    });
  fc.assert(
    fc.property(
      fc.array(inPool, { maxLength: 40 }),
      fc.array(inPool, { maxLength: 5 }),
      fc.integer({ min: 17, max: 28 }),
      (taken, forbidden, prefix) => {
        const found = firstFit({ pool, taken, forbidden, prefix });
        const used = [...taken, ...forbidden].map(getBlock);
        const size = 2 ** (32 - prefix);
        const { first, last } = getBlock(pool);
        let lowest: string | undefined;
        for (let at = first; at <= last && lowest === undefined; at += size) {
          const block = { first: at, last: at + size - 1 };
          if (!used.some((other) => overlaps(other, block))) lowest = printBlock(block);
        }
        return found === lowest;
      },
    ),
  );
});

test('first fit passes 10,000 taken blocks quickly', async (t) => {
  const { first } = getBlock('10.0.0.0/9');
  const taken = Array.from({ length: 10_000 }, (_, index) =>
    printBlock({ first: first + index * 256, last: first + index * 256 + 255 }),
  );
  const start = performance.now();
  t.equal(firstFit({ pool: '10.0.0.0/9', taken: taken.toReversed(), prefix: 20 }), '10.39.16.0/20');
  const elapsed = performance.now() - start;
  t.ok(elapsed < 500, `${elapsed.toFixed(0)} ms`);
});

test('a fleet of 200 clusters is planned beside 10,000 taken ranges in well under a second', async (t) => {
  const { first } = getBlock('10.0.0.0/9');
  const taken = Array.from({ length: 10_000 }, (_, index) =>
    printBlock({ first: first + index * 256, last: first + index * 256 + 255 }),
  );
  const claims = Array.from({ length: 200 }, () => claim('aks', usual));
  const start = performance.now();
  const planned = planRanges({ claims, pools, taken, catalogue });
  const elapsed = performance.now() - start;
  t.equal(planned.flat().length, 600);
  t.ok(elapsed < 1500, `${elapsed.toFixed(0)} ms`);
});

test('a pool that is smaller than the wanted block has no room', async (t) => {
  t.equal(firstFit({ pool: '10.0.0.0/24', taken: [], prefix: 20 }), undefined);
  t.equal(firstFit({ pool: '10.0.0.0/24', taken: [], prefix: 24 }), '10.0.0.0/24');
});

test('planned ranges never meet each other, what is taken, or what is reserved, and lie in their pools', async () => {
  const wide = { nodes: '10.0.0.0/14', pods: '172.16.0.0/12', services: '10.200.0.0/14' };
  const someClaims = fc.array(
    fc.record({
      provider: fc.constantFrom('eks', 'aks', 'gke'),
      nodes: fc.integer({ min: 18, max: 24 }),
      pods: fc.integer({ min: 18, max: 24 }),
    }),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(someClaims, (wanted) => {
      const claims = wanted.map(({ provider, nodes, pods }) =>
        claim(provider as RangeClaim['provider'], [
          { role: 'nodes', prefix: nodes },
          // EKS cannot take pods from 172.16.0.0/12 beside nodes from 10.0.0.0/8.
          { role: 'pods', prefix: pods, ...(provider === 'eks' ? { given: '100.64.0.0/18' } : {}) },
          { role: 'services', prefix: 20 },
          ...(provider === 'gke' ? [{ role: 'control-plane' as const, prefix: 28 }] : []),
        ]),
      );
      const single = claims.filter(
        ({ provider }, index) => provider !== 'eks' || wanted.findIndex((each) => each.provider === 'eks') === index,
      );
      const taken = ['10.0.16.0/20', '172.16.0.0/24'];
      const planned = planRanges({ claims: single, pools: wide, taken, catalogue }).flat();
      const blocks = planned.map(({ cidr }) => getBlock(cidr));
      const others = [...taken, ...listForbiddenRanges(catalogue)].map(getBlock);
      return (
        blocks.every((block, index) => blocks.every((other, at) => at === index || !overlaps(block, other))) &&
        blocks.every((block) => others.every((other) => !overlaps(block, other))) &&
        planned.every(({ role, cidr }) => {
          const pool = wide[role === 'control-plane' ? 'nodes' : role];
          return cidr === '100.64.0.0/18' || isInside(getBlock(cidr), getBlock(pool));
        })
      );
    }),
  );
});

test('two hundred clusters fit into the default pools', async (t) => {
  const claims = Array.from({ length: 200 }, (_, index) =>
    claim((['eks', 'aks', 'gke'] as const)[index % 3] ?? 'eks', usual),
  );
  const planned = planRanges({ claims, pools, taken: [], catalogue }).flat();
  t.equal(new Set(planned.map(({ cidr }) => cidr)).size, 600);
});

test('an exhausted pool is named with its role and its block', async (t) => {
  const small = { ...pools, pods: '100.64.0.0/19' };
  const error = catchError(() =>
    planRanges({
      claims: [claim('aks', usual), claim('aks', usual), claim('gke', usual, '/clusters/2')],
      pools: small,
      taken: [],
      catalogue,
    }),
  );
  t.equal(error.code, 'range-exhausted');
  t.match(error.message, /pods pool 100\.64\.0\.0\/19 has no room for another \/20/);
  t.same(error.pointers, ['/clusters/2/network/podCidr']);
});

test('what a later cluster was given is not cut for an earlier one', async (t) => {
  const [first, second] = planRanges({
    claims: [
      claim('aks', [{ role: 'nodes', prefix: 20 }]),
      claim('aks', [{ role: 'nodes', prefix: 20, given: '10.0.0.0/20' }]),
    ],
    pools,
    taken: [],
    catalogue,
  });
  t.same(first, [{ role: 'nodes', cidr: '10.0.16.0/20' }]);
  t.same(second, [{ role: 'nodes', cidr: '10.0.0.0/20' }]);
});

test('a given range that meets a taken one, or one of another cluster, is named', async (t) => {
  const given = (cidr: string, index: number) =>
    claim('aks', [{ role: 'pods', prefix: 20, given: cidr }], `/clusters/${index}`);
  const error = catchError(() =>
    planRanges({
      claims: [given('100.64.0.0/20', 0), given('100.64.8.0/21', 1), given('100.65.0.0/20', 2)],
      pools,
      taken: ['100.65.0.0/16'],
      catalogue,
    }),
  );
  t.equal(error.code, 'range-overlap');
  t.same(error.pointers, ['/clusters/1/network/podCidr', '/clusters/2/network/podCidr']);
});

test('AWS refuses pods from another private block than the nodes, given or cut', async (t) => {
  const nodes = { role: 'nodes', prefix: 20 } as const;
  const given = catchError(() =>
    planRanges({
      claims: [claim('eks', [nodes, { role: 'pods', prefix: 18, given: '192.168.128.0/18' }])],
      pools,
      taken: [],
      catalogue,
    }),
  );
  t.equal(given.code, 'range-invalid');
  t.match(given.message, /refuses/);
  const cut = catchError(() =>
    planRanges({
      claims: [claim('eks', [nodes, { role: 'pods', prefix: 18 }])],
      pools: { ...pools, pods: '192.168.128.0/17' },
      taken: [],
      catalogue,
    }),
  );
  t.equal(cut.code, 'range-invalid');
  t.match(cut.message, /192\.168\.0\.0\/16/);
});

test('a pods range has a /24 for each node and for those that an upgrade adds', async (t) => {
  t.same(countNodes([{ count: { max: 12 } }, { count: { max: 1 } }]), { max: 13, surge: 3 });
  t.equal(getManagedRules('aks').sizePods({ max: 13, surge: 3 }), 20);
  t.equal(getManagedRules('gke').sizePods({ max: 30, surge: 3 }), 18);
  t.equal(getManagedRules('gke').sizePods({ max: 400, surge: 40 }), 15);
  t.equal(getManagedRules('eks').sizePods({ max: 4000, surge: 400 }), 15, 'no more than a VPC holds');
  t.equal(getManagedRules('aks').countNodesServed(18), 64);
  fc.assert(
    fc.property(fc.constantFrom('eks', 'aks', 'gke'), fc.integer({ min: 1, max: 800 }), (provider, max) => {
      const surge = Math.ceil(max / 10);
      const rules = getManagedRules(provider);
      return rules.countNodesServed(rules.sizePods({ max, surge })) >= max + surge;
    }),
  );
});

test('a nodes range holds the nodes of a failed zone in the others, with reserved addresses', async (t) => {
  t.equal(getManagedRules('eks').sizeNodes({ max: 32, surge: 4, zones: 3 }), 20);
  t.equal(getManagedRules('aks').sizeNodes({ max: 9, surge: 1, zones: 3 }), 22);
  fc.assert(
    fc.property(
      fc.constantFrom('eks', 'aks', 'gke'),
      fc.integer({ min: 1, max: 2000 }),
      fc.integer({ min: 2, max: 5 }),
      (provider, max, zones) => {
        const prefix = getManagedRules(provider).leastNodes({ max, surge: 0, zones });
        if (provider !== 'eks') return 2 ** (32 - prefix) >= max + 5;
        const bits = Math.ceil(Math.log2(zones + 1));
        const ofZone = 2 ** (32 - prefix - bits) - 5;
        return ofZone * (zones - 1) >= max && prefix + bits + Math.ceil(Math.log2(zones)) <= 28;
      },
    ),
  );
});

test('a prefix for so many addresses is the longest that has them', async (t) => {
  t.equal(prefixFor(256), 24);
  t.equal(prefixFor(257), 23);
  t.equal(prefixFor(1), 32);
  t.equal(prefixOf(getBlock('10.0.0.0/15')), 15);
});
