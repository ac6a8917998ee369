// The one authority that certifies all API servers of the ledger, and the certificate of the door that they stand behind.
import type { Ledger } from '../ledger/ledger.ts';
import { createAuthority, issueCertificate, type Certified } from './certificate.ts';

/** The authority; it comes to be once for a data directory, so that kubeconfigs outlive a restart. */
export function getAuthority(ledger: Ledger, now: Date): Certified {
  const row = ledger.get('select certificate, key from authority');
  if (row) return { certificate: String(row['certificate']), key: String(row['key']) };
  const made = createAuthority('simulated-clouds', now);
  // The row last: a start that dies before it begins anew.
  adoptServers(ledger, made.certificate);
  ledger.run('insert into authority (certificate, key) values (?, ?)', made.certificate, made.key);
  return made;
}

/** The certificate that the daemon shows on loopback. */
export function issueDoorCertificate(ledger: Ledger, now: Date): Certified {
  const door = { commonName: 'simulated-api-servers', names: ['localhost'], addresses: ['127.0.0.1'] };
  return issueCertificate(getAuthority(ledger, now), door, now);
}

/** API servers of an older daemon had an authority each, whose keys were thrown away; what the clouds say of them changes too. */
function adoptServers(ledger: Ledger, certificate: string): void {
  const encode = (pem: string): string => Buffer.from(pem).toString('base64');
  for (const { id, certificate_authority: old } of ledger.all('select id, certificate_authority from api_servers')) {
    const [from, to] = [encode(String(old)), encode(certificate)];
    ledger.run('update resources set outputs = replace(outputs, ?, ?) where control_plane = ?', from, to, String(id));
    ledger.run('update api_servers set certificate_authority = ? where id = ?', certificate, String(id));
  }
}
