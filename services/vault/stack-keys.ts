// Keys of new stacks, made ahead of time: deriving one takes a tenth of a second of a processor, for which a step that begins would wait.

import { randomBytes } from 'node:crypto';
import { createStackSalt } from './stack-settings.ts';

/** What opens a stack: a passphrase of its own, and Pulumi's `encryptionsalt` for it. */
export type NewStackKey = { passphrase: string; salt: string };

/** Hands out keys, each of them once. */
export type StackKeys = { take(): Promise<NewStackKey> };

const passphraseBytes = 32;

async function createStackKey(): Promise<NewStackKey> {
  const passphrase = randomBytes(passphraseBytes).toString('base64url');
  return { passphrase, salt: await createStackSalt(passphrase) };
}

/** Begins to make keys; as many as are said are kept ready. */
export function openStackKeys(kept = 2, create = createStackKey): StackKeys {
  const make = (): Promise<NewStackKey> => {
    const made = create();
    // Whoever takes it hears of the failure.
    made.catch(() => undefined);
    return made;
  };
  const ready = Array.from({ length: kept }, make);
  return {
    take() {
      const next = ready.shift() ?? make();
      // One after the other: who waits for this one must not wait for the one after it.
      ready.push(next.then(make, make));
      return next;
    },
  };
}
