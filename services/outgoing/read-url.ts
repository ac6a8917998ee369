// Reads a URL that a user gives into the few parts that a call may have; whoever reads the result, reads the same.

import { isIP } from 'node:net';

/** An address to call: https, a host and a path, and nothing else. */
export type OutgoingUrl = {
  /** A name in small letters, or an address; IPv6 without brackets. */
  host: string;
  port: number;
  /** Empty, or begins with a slash and ends without one. */
  path: string;
};

const longest = 512;
const shape = /^https:\/\/(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::(\d{1,5}))?(\/[A-Za-z0-9._~/-]*)?$/;
const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/** Reads a URL; a text says what is wrong with it, for a person. */
export function readOutgoingUrl(text: string): OutgoingUrl | string {
  if (text.length > longest) return `It is longer than ${longest} characters.`;
  const parsed = URL.parse(text);
  if (parsed === null) return 'It is no URL such as https://hub.example:6443.';
  if (parsed.protocol !== 'https:') return 'It must begin with https://.';
  if (parsed.username !== '' || parsed.password !== '' || text.includes('@')) return 'It must not name a user.';
  if (/[?#]/.test(text)) return 'It must have neither a query nor a fragment.';
  const [, rawHost = '', rawPort, path = ''] = shape.exec(text) ?? [];
  if (rawHost === '')
    return 'It must be plain: https://, a host, a port and a path of ASCII letters, digits and - . _ ~ /.';
  const host = rawHost.replace(/^\[|\]$/g, '').toLowerCase();
  // Parsers differ on hosts such as 0x7f.1 or 127.1, which some call and others look up.
  if (rawHost.startsWith('[') ? isIP(host) !== 6 : !isPlainHost(host, parsed.hostname)) {
    return 'Its host must be a name, or an address in its usual form.';
  }
  const port = rawPort === undefined ? 443 : Number(rawPort);
  if (port < 1 || port > 65_535) return 'Its port must be from 1 to 65535.';
  if (path.split('/').some((part) => part === '.' || part === '..') || path.includes('//')) {
    return 'Its path must have no empty parts and neither . nor ..';
  }
  return { host, port, path: path.replace(/\/$/, '') };
}

/** Whether a text is the name of a host, and no address. */
export function isHostName(text: string): boolean {
  if (text.length > 253 || isIP(text) !== 0) return false;
  const labels = text.split('.');
  // Names whose last part is a number are read as addresses by some.
  return labels.every((part) => label.test(part)) && !/^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '');
}

/** Writes the parts as a URL again. */
export function writeOutgoingUrl({ host, port, path }: OutgoingUrl): string {
  return `https://${isIP(host) === 6 ? `[${host}]` : host}:${port}${path}`;
}

function isPlainHost(host: string, asParsed: string): boolean {
  return host === asParsed && (isIP(host) === 4 || isHostName(host));
}
