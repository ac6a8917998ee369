// The certificate of the API's own listener: read from files, checked, and taken anew when the files change, while connections stay.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { FastifyBaseLogger } from 'fastify';
import { ConfigError } from '../process/config-error.ts';

/** Where certificate (with its chain) and key are. */
export type TlsFiles = { certFile: string; keyFile: string };

/** What they hold. */
export type TlsPair = { cert: Buffer; key: Buffer };

/** How often the files are looked at. */
const lookMs = 2_000;

/** What the server is told of a pair. */
export function tlsOptions({ cert, key }: TlsPair): TlsPair & { minVersion: 'TLSv1.2' } {
  return { cert, key, minVersion: 'TLSv1.2' };
}

/** Reads a pair; throws a `ConfigError` that says which file is wrong, and in what. */
export async function readTlsPair({ certFile, keyFile }: TlsFiles): Promise<TlsPair> {
  const [cert, key] = await Promise.all([
    readNamed('FLEETYARD_TLS_CERT_FILE', certFile),
    readNamed('FLEETYARD_TLS_KEY_FILE', keyFile),
  ]);
  const certificate = parse(
    `FLEETYARD_TLS_CERT_FILE: ${certFile} holds no certificate`,
    () => new X509Certificate(cert),
  );
  const privateKey = parse(`FLEETYARD_TLS_KEY_FILE: ${keyFile} holds no private key without a password`, () =>
    createPrivateKey(key),
  );
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new ConfigError([`FLEETYARD_TLS_KEY_FILE: ${keyFile} is not the key of the certificate in ${certFile}`]);
  }
  // The chain behind the first certificate, and what the library itself refuses, such as keys that are too short.
  parse(`FLEETYARD_TLS_CERT_FILE: ${certFile} and ${keyFile} are refused`, () => createSecureContext({ cert, key }));
  return { cert, key };
}

async function readNamed(variable: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new ConfigError([
      `${variable}: ${file} can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
    ]);
  }
}

function parse<T>(fault: string, read: () => T): T {
  try {
    return read();
  } catch {
    // What the library says may hold pieces of the file.
    throw new ConfigError([fault]);
  }
}

/** Takes the pair anew when a file changes or when it is told to; a pair that is no good is reported, and the old one stays. */
export function watchTlsPair(server: Server, files: TlsFiles, log: Pick<FastifyBaseLogger, 'info' | 'warn'>) {
  const paths = [files.certFile, files.keyFile];
  const reload = async (): Promise<void> => {
    try {
      const pair = await readTlsPair(files);
      (server as unknown as TlsServer).setSecureContext(tlsOptions(pair));
      const { fingerprint256, validTo } = new X509Certificate(pair.cert);
      log.info({ fingerprint256, validTo }, 'the certificate was taken anew');
    } catch (error) {
      log.warn({ err: error }, 'the new certificate is no good; the old one stays');
    }
  };
  for (const path of paths) watchFile(path, { interval: lookMs, persistent: false }, () => void reload());
  return {
    reload,
    close: () => {
      for (const path of paths) unwatchFile(path);
    },
  };
}
