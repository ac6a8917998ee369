// What a preview says of members that would get nothing, and of divisions that the hub makes by itself.
import { test } from 'tap';
import type { PlacementDocument } from '../../../services/domain/placements/placement-document.ts';
import { lookAhead, previewShares } from '../../../services/domain/placements/preview-shares.ts';
import { buildMember, fourMembers } from '../../helpers/placeable-members.ts';

const select = { apiVersion: 'apps/v1', kind: 'Deployment' };
const look = (changes: Partial<PlacementDocument>, members = fourMembers) => {
  const document = { name: 'x', select, ...changes };
  const outlook = lookAhead(document, members);
  const { of, ...rest } = previewShares(document, outlook, { replicas: 4, last: new Map() });
  return { shares: Object.fromEntries(of), reasons: Object.fromEntries(outlook.reasons), ...rest };
};

test('who can not be used by now is told, and the next set takes over', async (t) => {
  const members = [
    buildMember('one', { ready: false }),
    buildMember('two', { joined: false }),
    buildMember('three', { taints: [{ key: 'spot', value: 'yes', effect: 'NoSchedule' }] }),
    buildMember('four', { ready: null, taints: [{ key: 'spot', effect: 'PreferNoSchedule' }] }),
  ];
  const seen = look({}, members);
  t.same(seen.shares, { four: 4 });
  t.match(seen.reasons, { cl_one: /does not answer/, cl_two: /not joined/, cl_three: /taint spot:NoSchedule/ });
  const tolerations = [{ key: 'spot', operator: 'Exists' as const }];
  t.same(look({ tolerations }, members).shares, { three: 4, four: 4 });
  t.same(look({ tolerations: [{ key: 'spot', value: 'no' }] }, members).shares, { four: 4 });
  const ordered = look({ failover: { order: ['one', 'four'] } }, members);
  t.same(ordered.shares, { four: 4 }, 'the first in line is away');
  t.notOk(ordered.reasons['cl_four']);
});

test('what the hub decides by itself is an estimate', async (t) => {
  t.match(look({ replicas: { divide: 'duplicated' } }), { exact: true, note: null });
  t.match(look({ replicas: { divide: 'weighted' } }), { exact: true, shares: { one: 1, two: 1, three: 1, four: 1 } });
  t.match(look({ replicas: { divide: 'dynamic' } }), { exact: false, note: /room/ });
  t.match(look({ replicas: { divide: 'aggregated' } }), { exact: false, note: /as few/ });
  t.match(look({ spread: { by: 'cluster', max: 2 } }), { exact: false, note: /at most 2/ });
  t.match(look({ spread: { by: 'cluster', max: 4 } }), { exact: true });
});
