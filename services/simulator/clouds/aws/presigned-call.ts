// What the simulated STS makes of a presigned GetCallerIdentity call: who signed it, and whether it is fresh (SigV4).
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A call whose signature has not been looked at yet. */
export type PresignedCall = { url: URL; accessKeyId: string; region: string; day: string; signedAt: string };

/** As aws-iam-authenticator, which EKS runs, has it. */
const PREFIX = 'k8s-aws-v1.';
const LONGEST_MINUTES = 15;
const CLUSTER_HEADER = 'x-k8s-aws-id';
const NOTHING = createHash('sha256').update('').digest('hex');

/** Reads the token of an EKS cluster; undefined for what is no such call, or is too old. */
export function readPresignedCall(token: string, now: Date): PresignedCall | undefined {
  if (!token.startsWith(PREFIX)) return undefined;
  const url = findUrl(Buffer.from(token.slice(PREFIX.length), 'base64url').toString('utf8'));
  if (!url || url.protocol !== 'https:' || url.pathname !== '/') return undefined;
  if (!/^sts\.(?:[a-z0-9-]+\.)?amazonaws\.com(?:\.cn)?$/.test(url.host)) return undefined;
  const query = url.searchParams;
  if (query.get('Action') !== 'GetCallerIdentity' || query.get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256')
    return undefined;
  const [accessKeyId = '', day = '', region = '', service] = (query.get('X-Amz-Credential') ?? '').split('/');
  const signedAt = query.get('X-Amz-Date') ?? '';
  const isSts = service === 'sts' && signedAt.startsWith(day);
  const isBound = (query.get('X-Amz-SignedHeaders') ?? '').split(';').includes(CLUSTER_HEADER);
  return isSts && isBound && isFresh(signedAt, Number(query.get('X-Amz-Expires')), now)
    ? { url, accessKeyId, region, day, signedAt }
    : undefined;
}

/** Whether the secret key signed the call for that cluster. */
export function isSignedBy(call: PresignedCall, secretAccessKey: string, clusterName: string): boolean {
  const scope = `${call.day}/${call.region}/sts/aws4_request`;
  const request = createHash('sha256').update(writeCanonicalRequest(call, clusterName)).digest('hex');
  const text = ['AWS4-HMAC-SHA256', call.signedAt, scope, request].join('\n');
  const key = [call.day, call.region, 'sts', 'aws4_request'].reduce<Buffer>(
    (signing, part) => createHmac('sha256', signing).update(part).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
  const expected = createHmac('sha256', key).update(text).digest();
  const given = Buffer.from(call.url.searchParams.get('X-Amz-Signature') ?? '', 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function isFresh(signedAt: string, expires: number, now: Date): boolean {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(signedAt);
  if (!parts || !(expires >= 0 && expires <= LONGEST_MINUTES * 60)) return false;
  const [, year, month, day, hour, minute, second] = parts;
  const age = now.getTime() - Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // AWS takes what is signed a little ahead of its own clock.
  return age <= LONGEST_MINUTES * 60_000 && age >= -5 * 60_000;
}

function writeCanonicalRequest({ url }: PresignedCall, clusterName: string): string {
  const query = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map((pair) => pair.join('='));
  const signed = (url.searchParams.get('X-Amz-SignedHeaders') ?? '').split(';');
  const values: Record<string, string> = { host: url.host, [CLUSTER_HEADER]: clusterName };
  const headers = signed.map((name) => `${name}:${values[name] ?? ''}\n`);
  return ['GET', '/', query.join('&'), headers.join(''), signed.join(';'), NOTHING].join('\n');
}

function encode(value: string): string {
  return encodeURIComponent(value).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function findUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
