// Self-signed certificates for tests, made when they are needed, so that no key lies in the repository.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A certificate for `localhost` and its key, as PEM. */
export type TestPair = { cert: string; key: string; fingerprint256: string };

const encode = (tag: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const size = body.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
const sequence = (...parts: Buffer[]): Buffer => encode(0x30, ...parts);
const time = (date: Date): Buffer =>
  encode(0x18, Buffer.from(`${date.toISOString().replaceAll(/[-:T]|\..*/g, '')}Z`, 'ascii'));
const bits = (body: Buffer): Buffer => encode(0x03, Buffer.from([0]), body);

const ecdsaWithSha256 = sequence(encode(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
const commonName = encode(0x06, Buffer.from('550403', 'hex'));
const alternativeNames = encode(0x06, Buffer.from('551d11', 'hex'));

/** Makes a pair that is good for a day. */
export function createTestPair(): TestPair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(encode(0x31, sequence(commonName, encode(0x0c, Buffer.from('localhost')))));
  const dayMs = 86_400_000;
  const names = sequence(encode(0x82, Buffer.from('localhost')), encode(0x87, Buffer.from([127, 0, 0, 1])));
  const content = sequence(
    encode(0xa0, encode(0x02, Buffer.from([2]))),
    encode(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    name,
    sequence(time(new Date(Date.now() - dayMs)), time(new Date(Date.now() + dayMs))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    encode(0xa3, sequence(sequence(alternativeNames, encode(0x04, names)))),
  );
  const der = sequence(content, ecdsaWithSha256, bits(sign('sha256', content, privateKey)));
  const fingerprint = createHash('sha256').update(der).digest('hex').toUpperCase();
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    fingerprint256: fingerprint.replaceAll(/..(?=.)/g, '$&:'),
  };
}
