// The redactor against what hubs, clouds and tenants may write (hardening 9): every notation of a secret, and texts made to cost time.
import { test } from 'tap';
import { createRedactor, redacted } from '../../services/vault/redact.ts';
import fc from '../helpers/properties.ts';

const { redactText, redactValue } = createRedactor();

/** JSON inside JSON, so many times. */
const wrap = (text: string, times: number): string => {
  let wrapped = text;
  for (let level = 0; level < times; level += 1) wrapped = JSON.stringify(wrapped);
  return wrapped;
};

const secretText = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).filter((text) => /[^\s]/.test(text));
const names = ['password', 'clientSecret', 'client-key-data', 'token', 'AWS_SECRET_ACCESS_KEY', 'apiKey', 'privateKey'];

test('hardening 9: a secret member of JSON is taken out, however often the JSON was put into JSON', async (t) => {
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      secretText,
      fc.string({ maxLength: 20 }),
      fc.nat({ max: 4 }),
      (name, secret, other, times) => {
        const text = wrap(JSON.stringify({ region: other, [name]: secret, count: 3 }), times);
        const expected = wrap(JSON.stringify({ region: other, [name]: redacted, count: 3 }), times);
        return redactText(text) === expected || redactText(other) !== other;
      },
    ),
  );
  t.pass('whatever the secret is made of, and nothing else changes');
});

test('hardening 9: notations that once passed', async (t) => {
  const base64Key = `LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQ${'A'.repeat(80)}==`;
  for (const [text, clean] of [
    ['said {\\"clientSecret\\":\\"a b\\"}', `said {\\"clientSecret\\":\\"${redacted}\\"}`],
    ["password: 'correct horse battery'", `password: '${redacted}'`],
    ['password="correct horse" next', `password="${redacted}" next`],
    [`client-key-data: ${base64Key}\nuser: x`, `client-key-data: ${redacted}\nuser: x`],
    [`data ${base64Key} end`, `data ${redacted} end`],
    ['"token":"opaque but secret"', `"token":"${redacted}"`],
    ['token: 0123456789abcdef', `token: ${redacted}`],
    ['refresh_token=abc123 x', `refresh_token=${redacted} x`],
    ['{"password":"cut off', `{"password":"${redacted}`],
    [
      '"private_key":"-----BEGIN PRIVATE KEY-----\\nMIIB\\n-----END PRIVATE KEY-----\\n"',
      `"private_key":"${redacted}"`,
    ],
    [`x ghp_${'a'.repeat(36)} y`, `x ${redacted} y`],
  ] as const) {
    t.equal(redactText(text), clean, text);
  }
  for (const plain of [
    'invalid token: expired',
    '"token":"tk_01k2m3n4p5q6r7s8t9v0w1x2y3"',
    'secret:\n  name: demo',
    '"password":null,"secret":""',
    'certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t',
  ]) {
    t.equal(redactText(plain), plain, `${plain} stays`);
  }
  t.same(
    redactValue({ 'client-key-data': 'x', refreshToken: 'x', hasSecret: true }),
    { 'client-key-data': redacted, refreshToken: redacted, hasSecret: true },
    'members of values too',
  );
});

test('hardening 9: a known secret is found in JSON inside JSON, and as Go writes it', async (t) => {
  const redactor = createRedactor();
  const secret = 'a"b<c>&\\d';
  redactor.register(secret);
  for (const form of [wrap(secret, 2), 'a\\"b\\u003cc\\u003e\\u0026\\\\d', Buffer.from(secret).toString('base64url')]) {
    t.match(redactor.redactText(`x ${form} y`), redacted, form);
  }
});

test('hardening 9: redacting twice says the same as once', async (t) => {
  const piece = fc.oneof(
    fc.constantFrom(
      'password',
      'token',
      '=',
      ': ',
      '"',
      "'",
      '\\',
      '-----BEGIN PRIVATE KEY-----',
      'ey',
      '.',
      ' ',
      '://',
      '@',
    ),
    fc.string({ maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const once = redactText(pieces.join(''));
      return redactText(once) === once;
    }),
  );
  t.pass();
});
