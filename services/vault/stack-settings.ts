// The settings of a Pulumi stack that is encrypted by a passphrase: the `encryptionsalt` that goes with it.

import { createCipheriv, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const deriveKey = promisify(pbkdf2);

// As in the engine's passphrase secrets manager: the salt is followed by a known word that proves the passphrase.
const iterations = 1_000_000;
const keyBytes = 32;
const saltBytes = 8;
const nonceBytes = 12;
const provenWord = 'pulumi';

/** Makes the `encryptionsalt` of a new stack, so that the CLI takes the passphrase without writing settings of its own. */
export async function createStackSalt(passphrase: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const key = await deriveKey(passphrase, salt, iterations, keyBytes, 'sha256');
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const text = Buffer.concat([cipher.update(provenWord, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `v1:${salt.toString('base64')}:v1:${nonce.toString('base64')}:${text.toString('base64')}`;
}
