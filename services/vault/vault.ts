// Envelope encryption: each value under a random data key, which is wrapped by a master key.

import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { readMasterKeys, type MasterKey } from './master-keys.ts';
import { createStackSalt } from './stack-settings.ts';

/** Seals values so that they open only under the context they were sealed for. */
export type Vault = {
  /** `context` names the place of the value (table, row, column), so that a value moved elsewhere does not open. */
  seal(plaintext: string | Uint8Array, context: string): Buffer;
  /** Throws when the value was changed, belongs to another context, or its master key is not here any more. */
  open(sealed: Uint8Array, context: string): Buffer;
  /** Wraps the data key of a sealed value by the master key that seals; the value itself is not touched. */
  rewrap(sealed: Uint8Array, context: string): Buffer;
  /** Id of the master key that wraps a sealed value. */
  keyIdOf(sealed: Uint8Array): string;
  /** Ids of the master keys, the newest first. */
  readonly keyIds: readonly string[];
  /** The same keys, where sealing is done by this one; by the newest when null. Sealing throws when the key is not here. */
  sealingBy(keyId: string | null): Vault;
  /** Pulumi's `encryptionsalt` for a stack's passphrase. */
  createStackSalt(passphrase: string): Promise<string>;
};

// Layout: version, length of the key id, key id, wrapped data key (60 bytes), sealed value. A sealed part is nonce, tag, text.
const version = 1;
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const wrappedBytes = nonceBytes + tagBytes + keyBytes;

/** Opens the vault of a key file, which exists already. */
export async function openVault(masterKeyFile: string): Promise<Vault> {
  return createVault(await readMasterKeys(masterKeyFile));
}

/** Makes a vault of master keys, oldest first: all of them open, the last one seals unless another is chosen. */
export function createVault(masterKeys: readonly MasterKey[]): Vault {
  const newest = masterKeys.at(-1);
  if (newest === undefined) throw new Error('a vault needs at least one master key');
  // As key objects: with bytes, a cipher takes three times as long to make.
  const keys = new Map(masterKeys.map((master) => [master.id, createSecretKey(master.key)]));
  return sealBy(keys, newest.id, newest.id);
}

function sealBy(keys: ReadonlyMap<string, KeyObject>, newest: string, sealing: string): Vault {
  const getKey = (id: string): KeyObject => {
    const key = keys.get(id);
    if (key === undefined) throw new Error(`master key ${id} is not in the key file`);
    return key;
  };
  const unwrap = (parts: Parts, context: string): Buffer =>
    decrypt(getKey(parts.keyId), parts.wrapped, wrapContext(parts.keyId, context));
  const join = (dataKey: Buffer, body: Buffer, context: string): Buffer =>
    Buffer.concat([
      Buffer.from([version, Buffer.byteLength(sealing)]),
      Buffer.from(sealing),
      encrypt(getKey(sealing), dataKey, wrapContext(sealing, context)),
      body,
    ]);
  return {
    seal(plaintext, context) {
      const dataKey = randomBytes(keyBytes);
      return join(
        dataKey,
        encrypt(createSecretKey(dataKey), Buffer.from(plaintext as Uint8Array), valueContext(context)),
        context,
      );
    },
    open(sealed, context) {
      const parts = split(sealed);
      return decrypt(createSecretKey(unwrap(parts, context)), parts.body, valueContext(context));
    },
    rewrap(sealed, context) {
      const parts = split(sealed);
      return join(unwrap(parts, context), parts.body, context);
    },
    keyIdOf: (sealed) => split(sealed).keyId,
    keyIds: [...keys.keys()].toReversed(),
    sealingBy: (keyId) => sealBy(keys, newest, keyId ?? newest),
    createStackSalt,
  };
}

const wrapContext = (keyId: string, context: string): string => `fleetyard/key/${keyId}/${context}`;
const valueContext = (context: string): string => `fleetyard/value/${context}`;

type Parts = { keyId: string; wrapped: Buffer; body: Buffer };

function split(sealed: Uint8Array): Parts {
  const blob = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const idLength = blob[1];
  if (blob[0] !== version || idLength === undefined) throw new Error('a sealed value has an unknown layout');
  const wrappedAt = 2 + idLength;
  const bodyAt = wrappedAt + wrappedBytes;
  if (blob.length < bodyAt + nonceBytes + tagBytes) throw new Error('a sealed value is cut short');
  return {
    keyId: blob.toString('utf8', 2, wrappedAt),
    wrapped: blob.subarray(wrappedAt, bodyAt),
    body: blob.subarray(bodyAt),
  };
}

function encrypt(key: KeyObject, plaintext: Uint8Array, context: string): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const text = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

function decrypt(key: KeyObject, sealed: Buffer, context: string): Buffer {
  const nonce = sealed.subarray(0, nonceBytes);
  const tag = sealed.subarray(nonceBytes, nonceBytes + tagBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(context)).setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]);
  } catch {
    // OpenSSL says only "unable to authenticate data", which helps nobody who reads a log.
    throw new Error('a sealed value does not open: it was changed, moved, or sealed with another key');
  }
}
