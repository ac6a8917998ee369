// Reads variables of the environment, each by its kind, and says of each fault what is wrong and never the value of a secret.

import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { VariableName } from './variables.ts';

/** The environment as a process has it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads single variables; faults are gathered, and what is wrong is replaced by something harmless until they are told. */
export type Reader = {
  faults: string[];
  optional(name: VariableName): string | undefined;
  text(name: VariableName, fallback: string, pattern?: RegExp): string;
  url(name: VariableName, protocols: string[], fallback?: string): string;
  integer(name: VariableName, fallback: number, bounds: { min: number; max: number }): number;
  number(name: VariableName, fallback: number, bounds: { min: number; max: number }): number;
  /** Addresses and CIDR ranges, separated by commas. */
  ranges(name: VariableName): string[];
  /** Texts between commas; `check` says what is wrong with one. */
  list(name: VariableName, check: (text: string) => string | undefined): string[];
  flag(name: VariableName, fallback: boolean): boolean;
  choice<T extends string>(name: VariableName, fallback: T, choices: readonly T[]): T;
};

/** Makes the reader of an environment. */
export function createReader(environment: Environment): Reader {
  const faults: string[] = [];
  const get = (name: string): string | undefined => {
    const value = environment[name]?.trim();
    return value === '' ? undefined : value;
  };
  const refuse = <T>(fault: string, instead: T): T => {
    if (!faults.includes(fault)) faults.push(fault);
    return instead;
  };
  const optional = (name: VariableName): string | undefined => {
    const value = get(name);
    const file = get(`${name}_FILE`);
    if (file === undefined) return value;
    if (value !== undefined) return refuse(`${name} and ${name}_FILE are both set; leave one of them out`, value);
    const read = readSecretFile(file);
    return 'text' in read ? read.text : refuse(`${name}_FILE names ${file}, which ${read.fault}`, undefined);
  };
  return {
    faults,
    optional,
    text(name, fallback, pattern) {
      const value = optional(name) ?? fallback;
      return pattern === undefined || pattern.test(value)
        ? value
        : refuse(`${name} must match ${pattern.source}`, fallback);
    },
    url(name, protocols, fallback) {
      const value = optional(name) ?? fallback;
      if (value === undefined) {
        return refuse(`${name} is missing; set it to a URL that begins with ${protocols.join(' or ')}`, '');
      }
      // The value may hold a password, so a fault never repeats it.
      const protocol = URL.parse(value)?.protocol;
      if (protocol !== undefined && protocols.includes(protocol)) return value.replace(/\/$/, '');
      return refuse(`${name} must be a URL that begins with ${protocols.join(' or ')}`, '');
    },
    integer(name, fallback, { min, max }) {
      const value = optional(name);
      if (value === undefined) return fallback;
      const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
      return number >= min && number <= max
        ? number
        : refuse(`${name} must be a whole number from ${min} to ${max}, not ${JSON.stringify(value)}`, fallback);
    },
    number(name, fallback, { min, max }) {
      const value = optional(name);
      if (value === undefined) return fallback;
      const number = Number(value);
      return number >= min && number <= max
        ? number
        : refuse(`${name} must be a number from ${min} to ${max}, not ${JSON.stringify(value)}`, fallback);
    },
    ranges(name) {
      const items = (optional(name) ?? '').split(/[\s,]+/).filter((item) => item !== '');
      const wrong = items.filter((item) => !isRange(item));
      const rule = 'addresses or CIDR ranges separated by commas, none of which is everything';
      return wrong.length === 0
        ? items
        : refuse(`${name} must hold ${rule}, not ${JSON.stringify(wrong.join(', '))}`, []);
    },
    list(name, check) {
      const texts = (optional(name) ?? '').split(',').map((text) => text.trim());
      const found = texts.filter((text) => text !== '');
      for (const text of found) {
        const fault = check(text);
        if (fault !== undefined) refuse(`${name}: ${JSON.stringify(text)} ${fault}`, undefined);
      }
      return found;
    },
    flag(name, fallback) {
      const value = optional(name)?.toLowerCase();
      if (value === undefined) return fallback;
      if (['on', 'true', '1', 'yes'].includes(value)) return true;
      if (['off', 'false', '0', 'no'].includes(value)) return false;
      return refuse(`${name} must be on or off, not ${JSON.stringify(value)}`, fallback);
    },
    choice(name, fallback, choices) {
      const value = optional(name) ?? fallback;
      const chosen = choices.find((choice) => choice === value);
      return chosen ?? refuse(`${name} must be one of ${choices.join(', ')}, not ${JSON.stringify(value)}`, fallback);
    },
  };
}

function isRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

function readSecretFile(file: string): { text: string } | { fault: string } {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return text === '' ? { fault: 'is empty' } : { text };
  } catch (error) {
    return { fault: `can't be read (${(error as NodeJS.ErrnoException).code})` };
  }
}
