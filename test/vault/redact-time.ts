// The redactor takes linear time on texts that were made to cost time (hardening 9): hubs, clouds and tenants write what goes through it.
import { test } from 'tap';
import { createRedactor } from '../../services/vault/redact.ts';
import { measureGrowth } from '../helpers/processor-time.ts';

const { redactText, redactValue, register } = createRedactor();
register('a registered secret');

/** Characters. Sixteenfold would be the square; caches and the collector of memory take up to 2. */
const sizes = [8 * 1024, 128 * 1024] as const;
const mostGrowth = 4;

const pieces = {
  'words that name secrets': 'password_secret-token_',
  'names without an end': 'password',
  'quotes without an end': 'password="',
  'quotes of both kinds': `token='"`,
  'equals signs': 'token=',
  'spaces after a name': 'token        ',
  backslashes: '\\',
  'backslashes and quotes': 'secret:\\"\\',
  'beginnings of web tokens': 'ey-',
  'parts of web tokens': 'eyJhbGciOiJSUzI1NiJ9.',
  'beginnings of keys': '-----BEGIN PRIVATE KEY----- ',
  'beginnings of keys without their end': '-----BEGIN A ',
  'keys in base64': 'LS0tLS1CRUdJTiBSU0Eg',
  'schemes of URLs': 'a.b://c:',
  'schemes without a colon': 'abcdefghij',
  'users without a password': 'a://b:c@',
  'bearers of nothing': 'bearer ',
  'beginnings of a registered secret': 'a registered ',
};

test('hardening 9: the redactor takes linear time', async (t) => {
  for (const [title, piece] of Object.entries(pieces)) {
    for (const around of ['', 'token: "']) {
      const prepare = (size: number) => {
        const text = around + piece.repeat(Math.ceil(size / piece.length));
        return () => redactText(text);
      };
      const growth = measureGrowth(sizes, prepare);
      t.ok(growth < mostGrowth, `${title}${around === '' ? '' : ' after a quote'} (${growth.toFixed(1)})`);
    }
  }
  const growth = measureGrowth([1_000, 16_000], (size) => {
    const value = Array.from({ length: size }, (_, index) => ({ [`name${index}`]: 'a text', token: 'x' }));
    return () => redactValue(value);
  });
  t.ok(growth < mostGrowth, `and so do values (${growth.toFixed(1)})`);
});
