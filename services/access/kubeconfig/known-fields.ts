// Which fields a kubeconfig may have, which are left behind without harm, and why others are refused.

import { quote, type StrictFields, type StrictValue, type TextFault } from '../strict-text.ts';

type Rules = { used: readonly string[]; ignored?: readonly string[]; refused?: Record<string, string> };

const file = (instead: string): string =>
  `It names a file of the worker's machine; use ${instead}, or run kubectl config view --minify --flatten --raw.`;
const program = 'It runs a program on the worker; use a token, or a client certificate and key.';
const somebodyElse = 'It acts as somebody else; use an identity of its own.';
const password = 'Passwords are not taken; use a token, or a client certificate and key.';

/** The fields of each part. `ignored` ones say nothing about the way to the API server. */
const partRules = {
  config: {
    used: ['apiVersion', 'kind', 'clusters', 'users', 'contexts', 'current-context'],
    ignored: ['preferences', 'extensions'],
  },
  cluster: {
    used: ['server', 'certificate-authority-data', 'tls-server-name'],
    ignored: ['extensions', 'disable-compression'],
    refused: {
      'certificate-authority': file('certificate-authority-data'),
      'insecure-skip-tls-verify': "The API server's certificate is always checked; use certificate-authority-data.",
      'proxy-url': 'Proxies are not used; the API server has to be reachable from the worker.',
    },
  },
  user: {
    used: ['token', 'client-certificate-data', 'client-key-data'],
    ignored: ['extensions'],
    refused: {
      tokenFile: file('token'),
      'client-certificate': file('client-certificate-data'),
      'client-key': file('client-key-data'),
      exec: program,
      'auth-provider': program,
      as: somebodyElse,
      'as-uid': somebodyElse,
      'as-groups': somebodyElse,
      'as-user-extra': somebodyElse,
      username: password,
      password,
    },
  },
  context: { used: ['cluster', 'user'], ignored: ['namespace', 'extensions'] },
} as const satisfies Record<string, Rules>;

/** A part of a kubeconfig. */
export type Part = keyof typeof partRules;

/** Says of every field that the part may not have why; a look-alike of a known one is named as such. */
export function checkFields(part: Part, fields: StrictFields, path: string, faults: TextFault[]): void {
  const { used, ignored = [], refused = {} }: Rules = partRules[part];
  const known = [...used, ...ignored, ...Object.keys(refused)];
  for (const name of fields.keys()) {
    if (used.includes(name) || ignored.includes(name)) continue;
    const at = join(path, name);
    const why = Object.hasOwn(refused, name) ? refused[name] : undefined;
    const alike = known.find((other) => fold(other) === fold(name));
    if (why !== undefined) faults.push({ path: at, message: why });
    else if (alike !== undefined)
      faults.push({ path: at, message: `It looks like ${alike} and is not; fields are spelled exactly.` });
    else faults.push({ path: at, message: 'It is not known here; leave it out.' });
  }
}

/** The path of a field below another. */
export function join(path: string, name: string): string {
  const shown = /^[A-Za-z][A-Za-z0-9-]{0,40}$/.test(name) ? name : quote(name);
  return path === '' ? shown : `${path}.${shown}`;
}

/** The texts behind a field; undefined, with a fault, where something else stands. */
export function readText(fields: StrictFields, name: string, path: string, faults: TextFault[]): string | undefined {
  const value: StrictValue | undefined = fields.get(name);
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '') return value;
  faults.push({ path: join(path, name), message: 'It must be a text.' });
  return undefined;
}

/** What is left of a name when case, width, accents and separators are taken away. */
function fold(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '')
    .replaceAll('l', 'i');
}
