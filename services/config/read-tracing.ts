// Where traces go, by OpenTelemetry's own variables; nowhere unless a collector is named.

import type { Reader } from './reader.ts';
import type { Config } from './settings.ts';
import type { VariableName } from './variables.ts';

/** The samplers of OpenTelemetry: the share that each tells of what nobody has decided about, and whether it follows its caller. */
const samplers = {
  always_on: { share: 1, followsCallers: false },
  always_off: { share: 0, followsCallers: false },
  traceidratio: { share: undefined, followsCallers: false },
  parentbased_always_on: { share: 1, followsCallers: true },
  parentbased_always_off: { share: 0, followsCallers: true },
  parentbased_traceidratio: { share: undefined, followsCallers: true },
} as const;

const samplerNames = Object.keys(samplers) as (keyof typeof samplers)[];
const protocols = ['http:', 'https:'];

/** Reads them; undefined when no trace is to be told. */
export function readTracing(read: Reader): Config['tracing'] {
  const off =
    read.flag('OTEL_SDK_DISABLED', false) || read.choice('OTEL_TRACES_EXPORTER', 'otlp', ['otlp', 'none']) === 'none';
  const { share, followsCallers } = samplers[read.choice('OTEL_TRACES_SAMPLER', 'parentbased_always_on', samplerNames)];
  const ratio = read.number('OTEL_TRACES_SAMPLER_ARG', 1, { min: 0, max: 1 });
  const url = readUrl(read);
  const headers = {
    ...readHeaders(read, 'OTEL_EXPORTER_OTLP_HEADERS'),
    ...readHeaders(read, 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'),
  };
  if (off || url === undefined) return undefined;
  return { url, headers, serviceName: read.optional('OTEL_SERVICE_NAME'), share: share ?? ratio, followsCallers };
}

/** The address of traces is taken as it is; that of all signals is where each has a path of its own. */
function readUrl(read: Reader): string | undefined {
  const find = (name: VariableName) => (read.optional(name) === undefined ? undefined : read.url(name, protocols));
  const ofAll = find('OTEL_EXPORTER_OTLP_ENDPOINT');
  return find('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? (ofAll === undefined ? undefined : `${ofAll}/v1/traces`);
}

/** Names and values between commas. They may hold a token, so that a fault repeats none. */
function readHeaders(read: Reader, name: VariableName): Record<string, string> {
  const found: Record<string, string> = {};
  for (const part of (read.optional(name) ?? '').split(',').map((text) => text.trim())) {
    if (part === '') continue;
    const [header, ...value] = part.split('=');
    if (value.length === 0 || !/^[!#$%&'*+.^_`|~\w-]+$/.test(header?.trim() ?? '')) {
      read.faults.push(`${name} must hold names and values such as api-key=secret, separated by commas`);
      return {};
    }
    found[(header ?? '').trim()] = decodeSoftly(value.join('=').trim());
  }
  return found;
}

function decodeSoftly(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
