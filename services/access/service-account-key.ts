// Reads Google's service account keys: known fields alone, Google's own addresses, a private key that parses; written anew.

import { FleetyardError } from '../domain/errors.ts';
import { findPrivateKey, writeKey } from './kubeconfig/key-material.ts';
import { findFlatJson } from './strict-text.ts';

/** What of a key file is used. */
export type ServiceAccountKey = {
  projectId: string;
  keyId: string;
  privateKey: string;
  email: string;
  clientId: string;
};

const pointer = '/secret/serviceAccountKey';
const authUri = 'https://accounts.google.com/o/oauth2/auth';
const tokenUri = 'https://oauth2.googleapis.com/token';
const certificates = 'https://www.googleapis.com/oauth2/v1/certs';
const ownCertificates = 'https://www.googleapis.com/robot/v1/metadata/x509/';
const universe = 'googleapis.com';

type Field = { forms: readonly (string | RegExp)[]; optional?: true };

/** The fields of a key file, and what may stand in them. Old files name older addresses of Google's for the same service. */
const fields: Record<string, Field> = {
  type: { forms: ['service_account'] },
  project_id: { forms: [/^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/] },
  private_key_id: { forms: [/^[0-9a-f]{8,64}$/] },
  private_key: { forms: [/^[\x20-\x7e\n]{64,8192}$/] },
  client_email: { forms: [/^[a-z0-9-]{1,63}@[a-z0-9.-]{1,190}\.gserviceaccount\.com$/] },
  client_id: { forms: [/^\d{4,40}$/] },
  auth_uri: { forms: [authUri], optional: true },
  token_uri: {
    forms: [tokenUri, 'https://accounts.google.com/o/oauth2/token', 'https://www.googleapis.com/oauth2/v4/token'],
    optional: true,
  },
  auth_provider_x509_cert_url: { forms: [certificates], optional: true },
  client_x509_cert_url: {
    forms: [/^https:\/\/www\.googleapis\.com\/robot\/v1\/metadata\/x509\/[a-z0-9.%-]{3,300}$/i],
    optional: true,
  },
  universe_domain: { forms: [universe], optional: true },
};

function refuse(message: string): never {
  throw new FleetyardError('validation', message, { details: [{ pointer, message, code: 'wrong-form' }] });
}

/** Reads the text of a key file; throws `validation` that says which field is wrong. */
export function readServiceAccountKey(text: string): ServiceAccountKey {
  const found = findFlatJson(text);
  if (found === undefined)
    refuse('It is not the JSON text of a service account key: one object of texts, each key once.');
  for (const name of found.keys()) {
    if (!Object.hasOwn(fields, name))
      refuse('It has a field that service account keys do not have; hand over the file as Google made it.');
  }
  for (const [name, { forms, optional }] of Object.entries(fields)) {
    const value = found.get(name);
    if (value === undefined && optional === true) continue;
    const fits =
      value !== undefined && forms.some((form) => (typeof form === 'string' ? form === value : form.test(value)));
    if (!fits) refuse(`Its ${name} is not as Google writes it.`);
  }
  const key = findPrivateKey(found.get('private_key') ?? '');
  if (key?.asymmetricKeyType !== 'rsa') refuse('Its private_key is no RSA key in PEM.');
  const get = (name: string): string => found.get(name) ?? '';
  return {
    projectId: get('project_id'),
    keyId: get('private_key_id'),
    privateKey: writeKey(key),
    email: get('client_email'),
    clientId: get('client_id'),
  };
}

/** Writes a key file of our own: whatever was in the one that came, this one asks Google and nobody else. */
export function writeServiceAccountKey({ projectId, keyId, privateKey, email, clientId }: ServiceAccountKey): string {
  return JSON.stringify({
    type: 'service_account',
    project_id: projectId,
    private_key_id: keyId,
    private_key: privateKey,
    client_email: email,
    client_id: clientId,
    auth_uri: authUri,
    token_uri: tokenUri,
    auth_provider_x509_cert_url: certificates,
    client_x509_cert_url: `${ownCertificates}${encodeURIComponent(email)}`,
    universe_domain: universe,
  });
}
