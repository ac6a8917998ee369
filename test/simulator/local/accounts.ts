// An account's choice of control planes: it comes with the account's token, and stays.
import { test } from 'tap';
import { createSimulatedToken } from '../../../services/domain/simulated-account.ts';
import { createTestAccount } from '../../helpers/simulated-account.ts';

const NETWORK = 'gcp:compute/network:Network';

test('an account has the control planes that its token says, from its first call on', async (t) => {
  for (const controlPlanes of ['ledger', 'local'] as const) {
    const token = createSimulatedToken(controlPlanes);
    const cloud = await createTestAccount(t, { token, config: { region: 'europe-west1' } });
    await cloud.make(NETWORK, { name: 'net' });
    t.match(await cloud.admin.listAccounts(), [{ id: cloud.account, controlPlanes }]);
    const other = createSimulatedToken(controlPlanes === 'local' ? 'ledger' : 'local');
    const answer = await fetch(`${cloud.simulator.url}/v1/provider/read`, {
      method: 'POST',
      headers: { 'fleetyard-account': cloud.account, authorization: `Bearer ${other}` },
      body: JSON.stringify({ type: NETWORK, id: 'net' }),
    });
    t.equal(answer.status, 401, 'nobody else says otherwise');
    t.match(await cloud.admin.listAccounts(), [{ id: cloud.account, controlPlanes }]);
  }
});
