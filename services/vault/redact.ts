// Redaction: what must not reach a log, an event or a problem body. It takes linear time, whatever the text.

import { redactNamed } from './named-secrets.ts';
import { redacted } from './redacted.ts';
import { redactShapes } from './secret-shapes.ts';

export { redacted };

/** Takes secrets out of texts and values. */
export type Redactor = {
  /** Also redact this value, as it is and as it appears inside JSON, URLs and base64. Short values are refused: they would blank out everything. */
  register(secret: string): void;
  /** Forget a registered value. */
  forget(secret: string): void;
  /** A text without known patterns and registered values. */
  redactText(text: string): string;
  /** A copy of a JSON-like value with every text redacted, and every member whose name says that it is secret. */
  redactValue<T>(value: T): T;
};

const shortestSecret = 6;

const secretName =
  /^(authorization|cookie|set-cookie|secret|secrets|password|passphrase|passwd|token|kubeconfig|.*(password|passphrase|passwd|secret|token|accesskey|privatekey|apikey|accountkey|clientkeydata))$/i;

/** Makes a redactor. A process has one and hands it to its logger and to whatever writes events. */
export function createRedactor(): Redactor {
  const forms = new Map<string, string[]>();
  const redactText = (text: string): string => {
    let clean = text;
    for (const list of forms.values()) for (const form of list) clean = clean.replaceAll(form, redacted);
    return redactNamed(redactShapes(clean));
  };
  return {
    register(secret) {
      if (secret.length >= shortestSecret) forms.set(secret, listForms(secret));
    },
    forget: (secret) => void forms.delete(secret),
    redactText,
    redactValue: (value) => redactDeep(value, redactText) as typeof value,
  };
}

/** How a secret may look inside other texts, longest first, so that no form leaves a rest of another. */
function listForms(secret: string): string[] {
  const escaped = JSON.stringify(secret).slice(1, -1);
  const base64 = Buffer.from(secret).toString('base64');
  const forms = new Set([
    secret,
    escaped,
    // JSON inside JSON, and JSON as Go writes it.
    JSON.stringify(escaped).slice(1, -1),
    escaped.replaceAll(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`),
    encodeURIComponent(secret),
    base64,
    base64.replace(/=+$/, ''),
    Buffer.from(secret).toString('base64url'),
  ]);
  return [...forms].sort((a, b) => b.length - a.length);
}

function redactDeep(value: unknown, redactText: (text: string) => string): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map((item) => redactDeep(item, redactText));
  if (value instanceof Error) {
    return { name: value.name, message: redactText(value.message), stack: redactText(value.stack ?? '') };
  }
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      isSecretName(name) && item !== null && item !== undefined && typeof item !== 'boolean'
        ? redacted
        : redactDeep(item, redactText),
    ]),
  );
}

function isSecretName(name: string): boolean {
  return secretName.test(name.replaceAll(/[_-]/g, '')) || secretName.test(name);
}
