// Secrets that are known by their shape, whatever stands around them.

import { redacted } from './redacted.ts';

type Shape = { expression: RegExp; replace: (match: string, ...groups: string[]) => string };

const hide = (): string => redacted;

// No expression may look at one place twice: texts of hubs and clouds come through here. What repeats is bounded, or ends where the next match
// could begin.
const shapes: Shape[] = [
  {
    expression: /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/g,
    replace: hide,
  },
  // The same in base64, as kubeconfigs have it: PRIVATE, RSA, EC, ENCRYPTED and OPENSSH.
  { expression: /LS0tLS1CRUdJTiB(?:QUklW|SU0Eg|FQyB|FTkNS|PUEVO)[A-Za-z0-9+/=_-]*/g, replace: hide },
  // The password of a URL.
  {
    expression: /([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@]*):[^\s/@]+@/gi,
    replace: (_, head) => `${head}:${redacted}@`,
  },
  { expression: /\b(bearer|basic)\s{1,8}[A-Za-z0-9._~+/-]{8,}=*/gi, replace: (_, scheme) => `${scheme} ${redacted}` },
  // Access keys of AWS; the id alone is of no use, yet it names a principal.
  { expression: /\b(AKIA|ASIA)[A-Z0-9]{16}\b/g, replace: hide },
  // Our own tokens, tokens of EKS, Google and GitHub.
  { expression: /\bfy_[A-Za-z0-9_-]{20,}/g, replace: hide },
  { expression: /\bk8s-aws-v1\.[A-Za-z0-9_-]{20,}/g, replace: hide },
  { expression: /\bya29\.[A-Za-z0-9_-]{20,}/g, replace: hide },
  { expression: /\bgh[oprsu]_[A-Za-z0-9]{20,}/g, replace: hide },
  // JSON web tokens are looked for in one run of their letters at a time.
  { expression: /[A-Za-z0-9_.-]{26,}/g, replace: hideWebTokens },
];

/** The text without them. */
export function redactShapes(text: string): string {
  let clean = text;
  for (const { expression, replace } of shapes) clean = clean.replace(expression, replace);
  return clean;
}

const shortestPart = 12;

/** Three parts with dots between, the first two of which are JSON in base64. */
function hideWebTokens(run: string): string {
  const parts = run.split('.');
  const shown: string[] = [];
  for (let at = 0; at < parts.length; at += 1) {
    const [first = '', second = '', third = ''] = parts.slice(at, at + 3);
    const begin = first.search(/(?<![A-Za-z0-9])ey/);
    const isToken =
      begin >= 0 && first.length - begin >= shortestPart && second.startsWith('ey') && second.length >= shortestPart;
    if (!isToken || third === '') {
      shown.push(first);
      continue;
    }
    shown.push(`${first.slice(0, begin)}${redacted}`);
    at += 2;
  }
  return shown.join('.');
}
