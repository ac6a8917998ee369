// Redaction: what must not reach a log, an event or a problem body.

/** What stands in place of a secret. */
export const redacted = '[redacted]';

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

type Pattern = { expression: RegExp; replace: (match: string, ...groups: string[]) => string };

const patterns: Pattern[] = [
  {
    expression: /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
    replace: () => redacted,
  },
  // The password of a URL.
  { expression: /\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/@]+@/gi, replace: (_, head) => `${head}:${redacted}@` },
  { expression: /\b(bearer|basic)\s+[A-Za-z0-9._~+/-]{8,}=*/gi, replace: (_, scheme) => `${scheme} ${redacted}` },
  // Access keys of AWS; the id alone is of no use, yet it names a principal.
  { expression: /\b(AKIA|ASIA)[A-Z0-9]{16}\b/g, replace: () => redacted },
  // Our own tokens, tokens of EKS, and JSON web tokens.
  { expression: /\bfy_[A-Za-z0-9_-]{20,}/g, replace: () => redacted },
  { expression: /\bk8s-aws-v1\.[A-Za-z0-9_-]{20,}/g, replace: () => redacted },
  { expression: /\bey[A-Za-z0-9_-]{10,}\.ey[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+/g, replace: () => redacted },
  { expression: /\bya29\.[A-Za-z0-9_-]{20,}/g, replace: () => redacted },
  // `password: x`, `"clientSecret":"x"`, `AWS_SECRET_ACCESS_KEY=x`.
  {
    expression:
      /(["']?[\w-]*(?:password|passphrase|passwd|secret[_-]?access[_-]?key|client[_-]?secret|session[_-]?token|access[_-]?token|private[_-]?key|api[_-]?key)["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;}'"]+)/gi,
    replace: (_, head, value) => `${head}${value?.startsWith('"') === true ? `"${redacted}"` : redacted}`,
  },
];

const secretName =
  /^(authorization|cookie|set-cookie|secret|secrets|password|passphrase|passwd|token|kubeconfig|.*(password|passphrase|clientsecret|secretaccesskey|sessiontoken|accesstoken|privatekey|apikey|serviceaccountkey))$/i;

/** Makes a redactor. A process has one and hands it to its logger and to whatever writes events. */
export function createRedactor(): Redactor {
  const forms = new Map<string, string[]>();
  const redactText = (text: string): string => {
    let clean = text;
    for (const list of forms.values()) for (const form of list) clean = clean.replaceAll(form, redacted);
    for (const { expression, replace } of patterns) clean = clean.replace(expression, replace);
    return clean;
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
  const forms = new Set([secret, escaped, encodeURIComponent(secret), base64, base64.replace(/=+$/, '')]);
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
      isSecretName(name) && item !== null && item !== undefined ? redacted : redactDeep(item, redactText),
    ]),
  );
}

function isSecretName(name: string): boolean {
  return secretName.test(name.replaceAll(/[_-]/g, '')) || secretName.test(name);
}
