// Why a connection of users' making failed: a closed set of reasons in words of our own, so that nothing a stranger answers is carried on.

/** Every reason with what is said of it. */
const reasons = {
  'address-refused':
    'its address is not one that may be called; private networks have to be named in FLEETYARD_PRIVATE_NETWORKS',
  'name-unknown': 'its name could not be resolved',
  refused: 'the connection was refused',
  unreachable: 'no way leads to its address',
  ended: 'the connection was ended before an answer came',
  'timed-out': 'it did not answer in time',
  'certificate-untrusted': 'its certificate is not trusted; check the certificate authority and the name',
  'no-tls': 'it does not speak TLS as it should; check the port, and the client certificate when there is one',
  'answer-too-large': 'its answer is too large',
  'answer-unreadable': 'its answer could not be read',
  failed: 'the call failed',
} as const;

/** Why a call failed. */
export type OutgoingReason = keyof typeof reasons;

/** A failed call to an address of a user's; its message is one of ours. */
export class OutgoingError extends Error {
  readonly code: OutgoingReason;

  constructor(reason: OutgoingReason) {
    super(reasons[reason]);
    this.name = 'OutgoingError';
    this.code = reason;
  }
}

const reasonOfCode: Record<string, OutgoingReason> = {
  ENOTFOUND: 'name-unknown',
  EAI_AGAIN: 'name-unknown',
  EAI_FAIL: 'name-unknown',
  EAI_NODATA: 'name-unknown',
  EAI_NONAME: 'name-unknown',
  ENODATA: 'name-unknown',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ECONNRESET: 'ended',
  EPIPE: 'ended',
  ECONNABORTED: 'ended',
  ETIMEDOUT: 'timed-out',
  ESOCKETTIMEDOUT: 'timed-out',
  EPROTO: 'no-tls',
  HPE_HEADER_OVERFLOW: 'answer-too-large',
  // OpenSSL's words for a certificate that cannot be verified carry no common part.
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate-untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate-untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate-untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate-untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate-untrusted',
  INVALID_CA: 'certificate-untrusted',
  INVALID_PURPOSE: 'certificate-untrusted',
  HOSTNAME_MISMATCH: 'certificate-untrusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate-untrusted',
  ERR_TLS_CERT_ALTNAME_FORMAT: 'certificate-untrusted',
};

/** The reason of whatever was thrown while somebody was called. */
export function explainOutgoing(error: unknown): OutgoingError {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (current instanceof OutgoingError) return current;
    if (current.name === 'TimeoutError') return new OutgoingError('timed-out');
    if (current.name === 'AbortError' && !(current.cause instanceof Error)) return new OutgoingError('timed-out');
    const known = findReason(current);
    if (known !== undefined) return new OutgoingError(known);
  }
  return new OutgoingError('failed');
}

function findReason(error: Error): OutgoingReason | undefined {
  // Several addresses were tried; the first says as much as the others.
  if (error instanceof AggregateError) {
    const [first] = error.errors as unknown[];
    return first instanceof Error ? findReason(first) : undefined;
  }
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') return undefined;
  if (Object.hasOwn(reasonOfCode, code)) return reasonOfCode[code];
  if (code.startsWith('CERT_')) return 'certificate-untrusted';
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')) return 'no-tls';
  return code.startsWith('HPE_') ? 'answer-unreadable' : undefined;
}
