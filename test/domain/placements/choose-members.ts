// Which members a placement chooses, which stand by, and why the others are left out.
import { test } from 'tap';
import { chooseMembers } from '../../../services/domain/placements/choose-members.ts';
import type { PlacementDocument } from '../../../services/domain/placements/placement-document.ts';
import { buildMember, fourMembers } from '../../helpers/placeable-members.ts';

const choose = (changes: Partial<PlacementDocument>, members = fourMembers) => {
  const select = { apiVersion: 'apps/v1', kind: 'Deployment' };
  const { chosen, standby, leftOut, ...rest } = chooseMembers({ name: 'x', select, ...changes }, members);
  return {
    chosen: chosen.map(({ name }) => name),
    standby: standby.map((set) => set.map(({ name }) => name)),
    leftOut: Object.fromEntries(leftOut.map(({ member, reason }) => [member.name, reason])),
    ...rest,
  };
};

test('each word of a placement leaves members out, and says why', async (t) => {
  t.same(choose({}).chosen, ['one', 'two', 'three', 'four']);
  const cases: [Partial<PlacementDocument>, string[], RegExp][] = [
    [{ affinity: { accelerator: 'gpu' } }, ['one'], /no label accelerator/],
    [{ affinity: { tier: 'edge' } }, ['three'], /label tier is cloud/],
    [{ exclude: { tier: 'cloud', accelerator: 'none' } }, ['three'], /tier=cloud is excluded/],
    [{ within: { providers: ['aks', 'gke'] } }, ['two', 'three'], /provider eks/],
    [{ within: { regions: ['eu-west-1'] } }, ['four'], /region/],
    [{ within: { providers: ['eks'], clusters: ['one', 'two'] } }, ['one'], /provider (aks|gke)|clusters within/],
    [{ without: { regions: ['eu-west-1'], clusters: ['one'] } }, ['two', 'three'], /without/],
    [{ replicas: { divide: 'weighted', weights: { two: 1, four: 0 } } }, ['two'], /no weight/],
  ];
  for (const [changes, chosen, reason] of cases) {
    const result = choose(changes);
    t.same(result.chosen, chosen, JSON.stringify(changes));
    t.equal(Object.keys(result.leftOut).length, 4 - chosen.length);
    for (const text of Object.values(result.leftOut)) t.match(text, reason);
  }
});

test('a member that leaves counts as gone', async (t) => {
  const members = [buildMember('one'), buildMember('two', { leaving: true })];
  t.match(choose({ spread: { by: 'cluster', min: 2 } }, members), {
    chosen: ['one'],
    leftOut: { two: /leaving/ },
    faults: [{ pointer: '/spread/min' }],
  });
});

test('no member is a fault where the document is narrowest', async (t) => {
  t.match(choose({ affinity: { tier: 'moon' } }).faults, [{ pointer: '/affinity' }]);
  t.match(choose({ within: { regions: ['mars'] } }).faults, [{ pointer: '/within' }]);
  t.match(choose({}, []).faults, [{ pointer: '' }]);
});

test('what the hub can spread by itself is left to it', async (t) => {
  const dynamic = { divide: 'dynamic' } as const;
  t.match(choose({ spread: { by: 'region', min: 2, max: 3 }, replicas: dynamic }), {
    spread: { by: 'region', min: 2, max: 3 },
    named: false,
  });
  t.match(choose({ spread: { by: 'cluster', max: 2 } }), { spread: { by: 'cluster', min: 1, max: 2 } });
  t.equal(choose({ spread: { by: 'cluster', min: 2 } }).spread, undefined, 'duplicates are everywhere anyway');
});

test('a spread by provider is chosen here: the heaviest, the largest, then by name', async (t) => {
  t.match(choose({ spread: { by: 'provider', min: 2 } }), { chosen: { length: 4 }, named: false, faults: [] });
  t.match(choose({ spread: { by: 'provider', max: 2 } }), {
    chosen: ['one', 'three', 'four'],
    standby: [['two']],
    named: true,
  });
  const weights = { one: 1, two: 3, three: 2 };
  t.match(choose({ spread: { by: 'provider', max: 2 }, replicas: { divide: 'weighted', weights } }), {
    chosen: ['two', 'three'],
    standby: [['one']],
  });
  t.match(choose({ spread: { by: 'provider', min: 4 } }).faults, [{ pointer: '/spread/min', message: /have 3/ }]);
});

test('zones are counted over all clusters', async (t) => {
  t.same(choose({ spread: { by: 'zone', min: 7 } }).faults, []);
  t.match(choose({ spread: { by: 'zone', min: 8 } }).faults, [{ message: /have 7/ }]);
});

test('an order makes each cluster the next one in line', async (t) => {
  t.match(choose({ failover: { order: ['three', 'one'] } }), {
    chosen: ['three'],
    standby: [['one'], ['two', 'four']],
    named: true,
  });
  t.match(choose({ affinity: { tier: 'cloud' }, failover: { order: ['three', 'one'] } }), {
    chosen: ['one'],
    standby: [['two', 'four']],
  });
});
