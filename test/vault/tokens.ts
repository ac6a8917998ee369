import { test } from 'tap';
import { createTokenText, isTokenText } from '../../services/vault/tokens.ts';

test('7: a text that can be no token is known without asking anybody', async (t) => {
  const token = createTokenText();
  t.ok(isTokenText(token));
  t.ok(isTokenText(token.slice(0, 46)), 'tokens of earlier versions have no checksum');
  const other = token.endsWith('A') ? 'B' : 'A';
  t.notOk(isTokenText(token.slice(0, -2) + (token.at(-2) === 'A' ? 'B' : 'A') + token.at(-1)), 'a wrong checksum');
  t.notOk(isTokenText(`fy_${other}${token.slice(4)}`) && isTokenText(`fy_-${token.slice(4)}`), 'another text under it');
  for (const text of ['', 'fy_', 'fy_wrong', token.slice(0, -1), `${token}x`, `xx_${token.slice(3)}`, `${token}\n`]) {
    t.notOk(isTokenText(text), JSON.stringify(text));
  }
});
