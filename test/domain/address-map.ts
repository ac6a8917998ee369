import { test } from 'tap';
import { createAddressMap } from '../../services/domain/address-map.ts';
import { type Block, getBlock, overlaps, printBlock } from '../../services/domain/cidr.ts';
import { listUnknown, planRanges, type RangeClaim, type SearchHints } from '../../services/domain/ranges.ts';
import { noHints } from '../helpers/plan-ranges.ts';
import fc from '../helpers/properties.ts';
import { catalogue } from './fixtures.ts';

const pools = { nodes: '10.0.0.0/16', pods: '100.64.0.0/16', services: '10.1.0.0/16' };
const claim = (needs: RangeClaim['needs']): RangeClaim => ({ provider: 'aks', needs, pointer: '' });
const nodes: RangeClaim['needs'] = [{ role: 'nodes', prefix: 24 }];

/** A space as the store would read it: windows of so many ranges, from an address on. */
function createSpace(taken: readonly string[], windowOf: number) {
  const blocks = taken.map(getBlock).toSorted((a, b) => a.first - b.first);
  const map = createAddressMap();
  let looks = 0;
  const look = (stretch: Block): void => {
    looks += 1;
    const met = blocks.filter((block) => block.last >= stretch.first && block.first <= stretch.last);
    const seen = met.slice(0, windowOf);
    const last = met.length > windowOf ? (seen.at(-1)?.last ?? stretch.first) : stretch.last;
    map.learn({ first: stretch.first, last }, seen);
  };
  const plan = (needs: RangeClaim['needs'], hints: SearchHints = noHints): string[] => {
    for (;;) {
      const planned = planRanges([claim(needs)], { pools, map, hints, catalogue });
      if ('ranges' in planned) return planned.ranges.flat().map(({ cidr }) => cidr);
      look(planned.unknown);
    }
  };
  return { map, look, plan, blocks, looks: () => looks };
}

/** Hints that are kept. */
function createHints(begin?: string): SearchHints {
  let address = begin === undefined ? undefined : getBlock(begin).first;
  return { find: () => address, note: (_pool, _prefix, next) => (address = next) };
}

test('what nobody looked at is told apart from what is free', async (t) => {
  const map = createAddressMap();
  const block = getBlock('10.0.0.0/24');
  t.same(map.findUnknown(block), block);
  map.learn(getBlock('10.0.0.0/25'), []);
  t.same(map.findUnknown(block), getBlock('10.0.0.128/25'), 'as far as it is');
  map.learn(getBlock('10.0.0.128/26'), [getBlock('10.0.0.128/28')]);
  t.same(map.findUnknown(block), getBlock('10.0.0.192/26'), 'neighbours are one stretch');
  map.learn(getBlock('10.0.0.0/16'), []);
  t.equal(map.findUnknown(block), undefined);
  t.same(map.findTaken(block), getBlock('10.0.0.128/28'), 'and what was found stays found');
});

test('a plan that comes to a white spot asks for it, and leaves the map as it was', async (t) => {
  const map = createAddressMap();
  const hints = createHints();
  map.learn(getBlock('100.64.0.0/16'), []);
  const needs: RangeClaim['needs'] = [{ role: 'pods', prefix: 24 }, ...nodes];
  const planned = planRanges([claim(needs)], { pools, map, hints, catalogue });
  t.same(planned, { unknown: getBlock('10.0.0.0/16') });
  t.equal(map.findTaken(getBlock('100.64.0.0/16')), undefined, 'what was cut before is free');
  t.equal(hints.find('', 0), undefined, 'and leaves no hole');
});

test('planning looks at a given range, and at some blocks behind a hint', async (t) => {
  const map = createAddressMap();
  const hints = createHints('10.0.8.0/24');
  const claims = [claim(nodes), claim([{ role: 'nodes', prefix: 24, given: '10.0.200.0/24' }])];
  const [ahead, given] = listUnknown(claims, { pools, map, hints, catalogue });
  t.same(ahead, { first: getBlock('10.0.8.0/24').first, last: getBlock('10.0.71.0/24').last });
  t.same(given, getBlock('10.0.200.0/24'));
});

test('windows of any size find what the whole view finds', async () => {
  const some = fc.uniqueArray(fc.integer({ min: 0, max: 255 }), { maxLength: 256 });
  fc.assert(
    fc.property(some, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 255 }), (numbers, windowOf, from) => {
      const taken = numbers.map((number) => `10.0.${number}.0/24`);
      const space = createSpace(taken, windowOf);
      const free = Array.from({ length: 256 }, (_, number) => number).filter((number) => !numbers.includes(number));
      const expected = free.find((number) => number >= from) ?? free[0];
      try {
        return space.plan(nodes, createHints(`10.0.${from}.0/24`))[0] === `10.0.${expected}.0/24`;
      } catch (error) {
        return expected === undefined && (error as { code: string }).code === 'range-exhausted';
      }
    }),
  );
});

test('a pool is filled without an overlap, from wherever it begins, and then it is exhausted', async (t) => {
  const taken = ['10.0.3.0/25', '10.0.64.0/18', '10.0.250.0/24'];
  const space = createSpace(taken, 2);
  const hints = createHints('10.0.128.0/24');
  const cut: string[] = [];
  for (;;) {
    try {
      cut.push(...space.plan(nodes, hints));
    } catch (error) {
      t.match(error, { code: 'range-exhausted' });
      break;
    }
  }
  t.equal(cut.length, 256 - 64 - 2, 'nothing is left over');
  const all = [...cut.map(getBlock), ...space.blocks].toSorted((a, b) => a.first - b.first);
  t.notOk(all.some((block, index) => index > 0 && overlaps(all[index - 1] ?? block, block)));
  t.equal(cut[0], '10.0.128.0/24');
  t.ok(cut.includes(printBlock(getBlock('10.0.0.0/24'))), 'what lies before the hint as well');
});
