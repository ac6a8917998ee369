// Reads certificates, keys and tokens of kubeconfigs, and writes them anew.

import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';

const base64 = /^[A-Za-z0-9+/]+={0,2}$/;
const block = /-----BEGIN ([A-Z0-9 ]+)-----[A-Za-z0-9+/=\s]+?-----END \1-----/g;
const mostCertificates = 50;
const keyKinds = new Set(['rsa', 'ec', 'ed25519']);

/** A client's certificate and its key. */
export type ClientPair = { certificate: string; key: string };

/** The certificates behind a base64 text, as PEM of our own writing; undefined when it holds anything else. */
export function readCertificates(encoded: string): string | undefined {
  return parseCertificates(encoded)?.map(writeCertificate).join('');
}

/** A client's certificate with the key that belongs to it; undefined when they are not a pair. */
export function readClientPair(certificate: string, key: string): ClientPair | undefined {
  const certificates = parseCertificates(certificate);
  const privateKey = parseKey(key);
  const [own] = certificates ?? [];
  if (certificates === undefined || own === undefined || privateKey === undefined) return undefined;
  if (!own.checkPrivateKey(privateKey)) return undefined;
  return { certificate: certificates.map(writeCertificate).join(''), key: writeKey(privateKey) };
}

/** A bearer token as RFC 6750 has them; undefined for any other text. */
export function readToken(text: string): string | undefined {
  return text.length <= 16_384 && /^[A-Za-z0-9._~+/-]+=*$/.test(text) ? text : undefined;
}

/** A private key in PEM without a passphrase; undefined when it is none. */
export function findPrivateKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem);
    return keyKinds.has(key.asymmetricKeyType ?? '') ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Writes a key as PKCS #8. */
export function writeKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function decode(encoded: string): string | undefined {
  const plain = encoded.replaceAll(/\s/g, '');
  return base64.test(plain) ? Buffer.from(plain, 'base64').toString('latin1') : undefined;
}

function parseCertificates(encoded: string): X509Certificate[] | undefined {
  const pem = decode(encoded);
  const blocks = pem === undefined ? [] : [...pem.matchAll(block)];
  const fits = blocks.length > 0 && blocks.length <= mostCertificates;
  if (!fits || blocks.some(([, kind]) => kind !== 'CERTIFICATE')) return undefined;
  try {
    return blocks.map(([text]) => new X509Certificate(text));
  } catch {
    return undefined;
  }
}

function parseKey(encoded: string): KeyObject | undefined {
  const pem = decode(encoded);
  if (pem === undefined) return undefined;
  // OpenSSL puts the parameters of a curve before the key.
  const keys = [...pem.matchAll(block)].filter(([, kind]) => kind !== 'EC PARAMETERS');
  const [key] = keys;
  return keys.length === 1 && key !== undefined ? findPrivateKey(key[0]) : undefined;
}

function writeCertificate(certificate: X509Certificate): string {
  const lines = certificate.raw.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
