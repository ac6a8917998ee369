// Reads a kubeconfig that somebody hands over: parsed into known fields, all else refused, so that its text goes nowhere.

import { FleetyardError, type ErrorDetail } from '../../domain/errors.ts';
import { isHostName, readOutgoingUrl, type OutgoingUrl } from '../../outgoing/read-url.ts';
import { readStrictYaml, type StrictFields, type StrictValue, type TextFault } from '../strict-text.ts';
import type { ApiServerAccess } from './api-server-access.ts';
import { readCertificates, readClientPair, readToken } from './key-material.ts';
import { checkFields, join, readText, type Part } from './known-fields.ts';

const pointer = '/secret/kubeconfig';
const longest = 65_536;
const mostFaults = 20;

type Entry = { name: string; fields: StrictFields; path: string };

/** Reads a kubeconfig; throws `validation` with every fault, each at the kubeconfig's place in the request. */
export function readKubeconfig(text: string): ApiServerAccess {
  const faults: TextFault[] = [];
  const access = parse(text, faults);
  if (access !== undefined && faults.length === 0) return access;
  const details = faults.slice(0, mostFaults).map(({ path, message }): ErrorDetail => {
    return {
      pointer,
      message: path === '' ? `The kubeconfig: ${message}` : `${path} of the kubeconfig: ${message}`,
      code: 'kubeconfig-refused',
    };
  });
  throw new FleetyardError('validation', 'The kubeconfig is not one that may be used.', { details });
}

function parse(text: string, faults: TextFault[]): ApiServerAccess | undefined {
  if (text.length > longest) return refuse(faults, '', `It is longer than ${longest} characters.`);
  const reading = readStrictYaml(text);
  if (reading.faults !== undefined) {
    faults.push(...reading.faults);
    return undefined;
  }
  const { fields } = reading;
  checkFields('config', fields, '', faults);
  checkConstant(fields, 'apiVersion', 'v1', faults);
  checkConstant(fields, 'kind', 'Config', faults);
  const clusters = readEntries(fields, 'clusters', 'cluster', faults);
  const users = readEntries(fields, 'users', 'user', faults);
  const contexts = readEntries(fields, 'contexts', 'context', faults);
  const context = chooseContext(fields, contexts, faults);
  if (context === undefined) return undefined;
  const cluster = choose(clusters, readText(context.fields, 'cluster', context.path, faults));
  const user = choose(users, readText(context.fields, 'user', context.path, faults));
  if (cluster === undefined)
    return refuse(faults, join(context.path, 'cluster'), 'It names no cluster of this kubeconfig.');
  if (user === undefined) return refuse(faults, join(context.path, 'user'), 'It names no user of this kubeconfig.');
  const way = readCluster(cluster, faults);
  const identity = readUser(user, faults);
  return way && identity && { name: 'hub', origin: 'user', ...way, ...identity };
}

function refuse(faults: TextFault[], path: string, message: string): undefined {
  faults.push({ path, message });
}

/** Some tools leave these out; what is there must be right. */
function checkConstant(fields: StrictFields, name: string, value: string, faults: TextFault[]): void {
  const found = readText(fields, name, '', faults);
  if (found !== undefined && found !== value) refuse(faults, name, `It must be ${value}.`);
}

function readEntries(fields: StrictFields, list: string, part: Exclude<Part, 'config'>, faults: TextFault[]): Entry[] {
  const items: StrictValue = fields.get(list) ?? [];
  if (!Array.isArray(items)) {
    refuse(faults, list, 'It must be a list.');
    return [];
  }
  const entries: Entry[] = [];
  for (const [index, item] of items.entries()) {
    const path = `${list}[${index}]`;
    const inner = item instanceof Map ? item.get(part) : undefined;
    if (!(item instanceof Map) || !(inner instanceof Map)) {
      refuse(faults, path, `It must have a name and a ${part}.`);
      continue;
    }
    checkEntry(item, part, path, faults);
    checkFields(part, inner, join(path, part), faults);
    const name = readText(item, 'name', path, faults);
    if (name === undefined) refuse(faults, path, 'It has no name.');
    else if (entries.some((other) => other.name === name)) refuse(faults, path, 'Another one has the same name.');
    else entries.push({ name, fields: inner, path: join(path, part) });
  }
  return entries;
}

function checkEntry(item: StrictFields, part: Part, path: string, faults: TextFault[]): void {
  for (const name of item.keys()) {
    if (name !== 'name' && name !== part)
      refuse(faults, join(path, name), `Beside its name it has a ${part} and nothing else.`);
  }
}

function choose(entries: Entry[], name: string | undefined): Entry | undefined {
  return entries.find((entry) => entry.name === name);
}

function chooseContext(fields: StrictFields, contexts: Entry[], faults: TextFault[]): Entry | undefined {
  const current = readText(fields, 'current-context', '', faults);
  const found = choose(contexts, current);
  if (found !== undefined) return found;
  if (current !== undefined) return refuse(faults, 'current-context', 'It names no context of this kubeconfig.');
  if (contexts.length === 1) return contexts[0];
  const which =
    contexts.length === 0
      ? 'It has no context.'
      : 'It has several contexts and says of none that it is the current one.';
  return refuse(faults, 'current-context', which);
}

function readCluster(
  { fields, path }: Entry,
  faults: TextFault[],
): Pick<ApiServerAccess, 'url' | 'serverName' | 'certificateAuthority'> | undefined {
  const server = readText(fields, 'server', path, faults);
  if (server === undefined) return refuse(faults, join(path, 'server'), 'It is missing.');
  const url = readUrl(server, join(path, 'server'), faults);
  const encoded = readText(fields, 'certificate-authority-data', path, faults);
  const certificateAuthority = encoded === undefined ? undefined : readCertificates(encoded);
  if (encoded !== undefined && certificateAuthority === undefined) {
    refuse(faults, join(path, 'certificate-authority-data'), 'It must be certificates in PEM, in base64.');
  }
  const serverName = readText(fields, 'tls-server-name', path, faults)?.toLowerCase();
  if (serverName !== undefined && !isHostName(serverName))
    refuse(faults, join(path, 'tls-server-name'), 'It must be the name of a host.');
  if (url === undefined) return undefined;
  return {
    url,
    ...(serverName === undefined ? {} : { serverName }),
    ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
  };
}

function readUrl(server: string, path: string, faults: TextFault[]): OutgoingUrl | undefined {
  const url = readOutgoingUrl(server);
  return typeof url === 'string' ? refuse(faults, path, url) : url;
}

function readUser({ fields, path }: Entry, faults: TextFault[]): Pick<ApiServerAccess, 'token' | 'client'> | undefined {
  const given = readText(fields, 'token', path, faults);
  const token = given === undefined ? undefined : readToken(given);
  if (given !== undefined && token === undefined) refuse(faults, join(path, 'token'), 'It is no bearer token.');
  const certificate = readText(fields, 'client-certificate-data', path, faults);
  const key = readText(fields, 'client-key-data', path, faults);
  const paired = certificate !== undefined && key !== undefined;
  const client = paired ? readClientPair(certificate, key) : undefined;
  if ((certificate === undefined) !== (key === undefined)) {
    refuse(faults, path, 'client-certificate-data and client-key-data belong together.');
  } else if (paired && client === undefined) {
    refuse(
      faults,
      path,
      'client-certificate-data and client-key-data must be a PEM certificate and its own key without a passphrase, in base64.',
    );
  }
  if (given === undefined && !paired)
    refuse(faults, path, 'It needs a token, or client-certificate-data and client-key-data.');
  if (token === undefined && client === undefined) return undefined;
  return { ...(token === undefined ? {} : { token }), ...(client === undefined ? {} : { client }) };
}
