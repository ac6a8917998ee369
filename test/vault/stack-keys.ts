// Keys of new stacks are ready before they are asked for, and each is handed out once.
import { test } from 'tap';
import { openStackKeys } from '../../services/vault/stack-keys.ts';

test('keys are made ahead, and each goes to one stack', async (t) => {
  let made = 0;
  const keys = openStackKeys(2, async () => ({ passphrase: String((made += 1)), salt: 'salt' }));
  t.equal(made, 2, 'before anybody asks');
  const taken = await Promise.all([keys.take(), keys.take(), keys.take(), keys.take()]);
  t.equal(new Set(taken.map(({ passphrase }) => passphrase)).size, 4);
  await keys.take();
  t.ok(made >= 6, 'and others take their place');
});

test('a key that could not be made is told to its taker alone', async (t) => {
  let calls = 0;
  const keys = openStackKeys(1, async () => {
    calls += 1;
    if (calls === 1) throw new Error('no memory');
    return { passphrase: String(calls), salt: 'salt' };
  });
  await t.rejects(keys.take(), /no memory/);
  t.match(await keys.take(), { salt: 'salt' });
});
