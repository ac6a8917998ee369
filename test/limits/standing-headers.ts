import { test } from 'tap';
import { describeSpent, describeStandings } from '../../services/limits/standing-headers.ts';

const reads = {
  quota: 'token-reads',
  requests: 10,
  seconds: 60,
  remaining: 3,
  resetSeconds: 20,
  spent: false,
} as const;
const project = { ...reads, quota: 'project-reads', requests: 5, remaining: 0, resetSeconds: 40, spent: true } as const;

test('7: who was counted is told how it stands', async (t) => {
  t.same(describeStandings([reads, project]), {
    'ratelimit-policy': '"token-reads";q=10;w=60, "project-reads";q=5;w=60',
    ratelimit: '"token-reads";r=3;t=20, "project-reads";r=0;t=40',
  });
  t.same(describeStandings([]), {}, 'and who was not, nothing');
  t.equal(describeSpent([reads]), undefined);
  t.match(describeSpent([reads, project]), { message: /No more than 5 reads of one project in 60 s/, seconds: 40 });
});
