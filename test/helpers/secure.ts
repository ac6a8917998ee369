// TLS for tests: an authority of the test's own, and a reader of servers that it certifies.
import { request, type RequestOptions } from 'node:https';
import {
  createAuthority,
  issueCertificate,
  type Certified,
} from '../../services/simulator/control-planes/certificate.ts';

/** One authority for each test file; making keys takes time. */
export const testAuthority: Certified = createAuthority('tests', new Date());

/** A certificate for a server on loopback, and for the names that tests resolve to it. */
export const loopbackCertificate: Certified = issueCertificate(
  testAuthority,
  { commonName: 'loopback', names: ['localhost', 'hub.example'], addresses: ['127.0.0.1'] },
  new Date(),
);

/** A client's certificate with its key. */
export function createClientCertificate(commonName: string): Certified {
  return issueCertificate(testAuthority, { commonName }, new Date());
}

/** The authority of a simulator's API servers. */
export async function fetchSimulatedAuthority(simulatorUrl: string): Promise<string> {
  const answer = (await (await fetch(`${simulatorUrl}/v1/health`)).json()) as { certificateAuthority: string };
  return answer.certificateAuthority;
}

/** Calls a server that an authority certifies. */
export function readSecure(
  url: string,
  { authority, token, method = 'GET', body }: { authority: string; token?: string; method?: string; body?: unknown },
): Promise<{ status: number; text: string; json(): Record<string, unknown> }> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const options: RequestOptions = { ca: authority, headers, method, agent: false };
  return new Promise((resolve, reject) => {
    const call = request(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text,
          json: () => JSON.parse(text) as Record<string, unknown>,
        }),
      );
    });
    call.on('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
