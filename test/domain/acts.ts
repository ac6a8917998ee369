import { test } from 'tap';
import { endpointTable, type Schemas } from '../../services/contract/schemas.ts';
import { actRoles } from '../../services/domain/acts.ts';

const ranks: Schemas['Role'][] = ['viewer', 'operator', 'admin', 'platform-admin'];

test('the endpoint of the acts of a noun lets in whoever may ask for one of them', async (t) => {
  for (const [noun, endpoint] of [
    ['cluster', 'createClusterOperation'],
    ['federation', 'createFederationOperation'],
  ] as const) {
    const needed = Object.values(actRoles[noun]).map((role) => ranks.indexOf(role));
    t.equal(ranks.indexOf(endpointTable[endpoint].role as Schemas['Role']), Math.min(...needed), noun);
  }
});
