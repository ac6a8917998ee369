// Canaries for every secret field of every kind of credential, as the contract has them: a new field is included by itself.
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { readContractDocument } from '../../services/contract/document.ts';

/** A text that must be nowhere in the clear. */
export type Canary = { name: string; text: string };

type Field = { type?: string; pattern?: string; format?: string; minLength?: number };
type SecretSchema = { properties: Record<string, Field> };

/** Every field of every secret, by the provider whose credential has it. */
export function listSecretFields(): { provider: string; field: string; schema: Field }[] {
  const { schemas } = readContractDocument().components as unknown as { schemas: Record<string, unknown> };
  const request = schemas['CredentialRequest'] as {
    else: {
      allOf: {
        if: { properties: { provider: { const: string } } };
        then: { properties: { secret: { $ref: string } } };
      }[];
    };
  };
  return request.else.allOf.flatMap(({ if: when, then }) => {
    const name = then.properties.secret.$ref.split('/').at(-1) ?? '';
    const { properties } = schemas[name] as SecretSchema;
    const { const: provider } = when.properties.provider;
    return Object.entries(properties).map(([field, schema]) => ({ provider, field, schema }));
  });
}

/** A secret whose every field holds a canary. Throws for a field that it knows no valid value of. */
export function buildCanaries(provider: string): { secret: Record<string, string>; canaries: Canary[] } {
  const secret: Record<string, string> = {};
  const canaries: Canary[] = [];
  for (const { field, schema } of listSecretFields().filter((each) => each.provider === provider)) {
    const { value, texts } = (documents[field] ?? makePlain)(schema);
    if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value))
      throw new Error(`no canary fits ${provider}.${field}: give it one in test/helpers/canaries.ts`);
    secret[field] = value;
    canaries.push(...texts.map((text) => ({ name: `${provider}.${field}`, text })));
  }
  return { secret, canaries };
}

type Made = { value: string; texts: string[] };

function makePlain({ pattern, format }: Field): Made {
  const draw = (): string => randomBytes(12).toString('hex');
  const value =
    format === 'uuid'
      ? randomUUID()
      : pattern?.startsWith('^[A-Z0-9]') === true
        ? `AKIA${draw().toUpperCase().slice(0, 16)}`
        : pattern === undefined
          ? `canary${draw()}${draw()}`
          : `canary-${draw().slice(0, 16)}`;
  return { value, texts: [value] };
}

/** Fields that hold a document of the cloud's own. */
const documents: Record<string, (schema: Field) => Made> = {
  serviceAccountKey: () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const keyId = randomBytes(20).toString('hex');
    const key = {
      type: 'service_account',
      project_id: 'canary-project',
      private_key_id: keyId,
      private_key: privateKey,
      client_email: 'fleetyard@canary-project.iam.gserviceaccount.com',
      client_id: '123456789012345678901',
      auth_uri: 'https://accounts.google.com/o/oauth2/auth',
      token_uri: 'https://oauth2.googleapis.com/token',
    };
    // A line in the middle of the key: headers are no secret.
    return { value: JSON.stringify(key), texts: privateKey.split('\n').slice(3, 5) };
  },
  kubeconfig: () => {
    const token = `canary${randomBytes(24).toString('hex')}`;
    const value = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'hub',
      clusters: [{ name: 'hub', cluster: { server: 'https://127.0.0.1:1' } }],
      users: [{ name: 'admin', user: { token } }],
      contexts: [{ name: 'hub', context: { cluster: 'hub', user: 'admin' } }],
    });
    return { value, texts: [token] };
  },
};
