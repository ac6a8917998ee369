// Makes certificate authorities and what they sign. Node can read certificates but not write them, so the few fields that
// those need are encoded here (X.509, RFC 5280; DER, X.690).
import { createPrivateKey, generateKeyPairSync, randomBytes, sign, X509Certificate, type KeyObject } from 'node:crypto';

const VALID_YEARS = 10;
const OID_COMMON_NAME = '2.5.4.3';
const OID_ORGANISATION = '2.5.4.10';
const OID_ECDSA_SHA256 = '1.2.840.10045.4.3.2';
const OID_BASIC_CONSTRAINTS = '2.5.29.19';
const OID_KEY_USAGE = '2.5.29.15';
const OID_ALTERNATIVE_NAMES = '2.5.29.17';
const OID_EXTENDED_USAGE = '2.5.29.37';
const OIDS_OF_USAGES = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const;

/** A certificate with its private key; PEM. */
export type Certified = { certificate: string; key: string };

/** Whom a certificate is for. Without usages it serves for all. */
export type Subject = {
  commonName: string;
  organisations?: string[];
  names?: string[];
  /** IPv4. */
  addresses?: string[];
  usages?: (keyof typeof OIDS_OF_USAGES)[];
};

type Body = {
  subject: string;
  organisations?: string[];
  issuer: string;
  now: Date;
  extensions: Buffer[];
  publicKey: KeyObject;
  signer: KeyObject;
};

/** Makes a certificate authority. */
export function createAuthority(commonName: string, now: Date): Certified {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const isAuthority = sequence(tagged(0x01, Buffer.from([0xff])));
  // keyCertSign and cRLSign: bits 5 and 6, so one unused bit at the end.
  const usage = tagged(0x03, Buffer.from([0x01, 0x06]));
  const extensions = [extension(OID_BASIC_CONSTRAINTS, isAuthority), extension(OID_KEY_USAGE, usage)];
  const certificate = write({
    subject: commonName,
    issuer: commonName,
    now,
    extensions,
    publicKey,
    signer: privateKey,
  });
  return { certificate, key: exportKey(privateKey) };
}

/** Makes a certificate that an authority has signed, for a server of these names and addresses, or for a client of a name. */
export function issueCertificate(
  authority: Certified,
  { commonName, organisations = [], names = [], addresses = [], usages = [] }: Subject,
  now: Date,
): Certified {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const alternatives = [
    ...names.map((name) => tagged(0x82, Buffer.from(name))),
    ...addresses.map((address) => tagged(0x87, Buffer.from(address.split('.').map(Number)))),
  ];
  const uses = sequence(...usages.map((usage) => oid(OIDS_OF_USAGES[usage])));
  const extensions = [
    ...(alternatives.length === 0 ? [] : [extension(OID_ALTERNATIVE_NAMES, sequence(...alternatives), false)]),
    ...(usages.length === 0 ? [] : [extension(OID_EXTENDED_USAGE, uses, false)]),
  ];
  const certificate = write({
    subject: commonName,
    organisations,
    issuer: getCommonName(authority.certificate),
    now,
    extensions,
    publicKey,
    signer: createPrivateKey(authority.key),
  });
  return { certificate, key: exportKey(privateKey) };
}

function write({ subject, organisations = [], issuer, now, extensions, publicKey, signer }: Body): string {
  const until = new Date(now);
  until.setUTCFullYear(until.getUTCFullYear() + VALID_YEARS);
  const algorithm = sequence(oid(OID_ECDSA_SHA256));
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([0x40]), randomBytes(15)])),
    algorithm,
    nameOf(issuer),
    sequence(time(now), time(until)),
    nameOf(subject, organisations),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [tagged(0xa3, sequence(...extensions))]),
  );
  const signature = sign('sha256', body, signer);
  const certificate = sequence(body, algorithm, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function nameOf(commonName: string, organisations: string[] = []): Buffer {
  const part = (id: string, value: string): Buffer => set(sequence(oid(id), tagged(0x0c, Buffer.from(value))));
  return sequence(
    ...organisations.map((organisation) => part(OID_ORGANISATION, organisation)),
    part(OID_COMMON_NAME, commonName),
  );
}

function getCommonName(certificate: string): string {
  return new X509Certificate(certificate).subject.replace(/^CN=/, '');
}

function exportKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function set(...parts: Buffer[]): Buffer {
  return tagged(0x31, Buffer.concat(parts));
}

function integer(bytes: Buffer): Buffer {
  // A leading one bit would make it negative.
  return tagged(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(encodeArc)]));
}

function encodeArc(arc: number): number[] {
  const bytes = [arc & 0x7f];
  for (let high = arc >> 7; high > 0; high >>= 7) bytes.unshift((high & 0x7f) | 0x80);
  return bytes;
}

function time(at: Date): Buffer {
  const text = at.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  // Two-digit years up to 2049, as the RFC wants them.
  return text < '2050' ? tagged(0x17, Buffer.from(text.slice(2))) : tagged(0x18, Buffer.from(text));
}

function extension(id: string, value: Buffer, critical = true): Buffer {
  return sequence(oid(id), ...(critical ? [tagged(0x01, Buffer.from([0xff]))] : []), tagged(0x04, value));
}
