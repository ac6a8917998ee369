// Reads the plain fields of a credential's secret: each has a form, and what has none is not taken along.

import { type ErrorDetail, throwDetails } from '../domain/errors.ts';

/** The form of one field. */
export type SecretForm = {
  pattern: RegExp;
  /** Ends the sentence "It must be". */
  form: string;
  optional?: true;
  /** Written in small letters, whatever it came in. */
  smallLetters?: boolean;
};

/** The known fields of a secret; throws `validation` with a pointer to each that has another form, and to each that is not known. */
export function readSecretFields(
  secret: Record<string, unknown>,
  forms: Record<string, SecretForm>,
): Record<string, string> {
  const details: ErrorDetail[] = [];
  const fields: Record<string, string> = {};
  for (const name of Object.keys(secret)) {
    if (Object.hasOwn(forms, name)) continue;
    // The contract refuses these before; whoever calls from elsewhere meets the same rule.
    details.push({ pointer: '/secret', message: 'It has a field that is not known.', code: 'wrong-form' });
  }
  for (const [name, { pattern, form, optional, smallLetters = false }] of Object.entries(forms)) {
    const given = secret[name];
    if (given === undefined && optional === true) continue;
    const text = typeof given === 'string' && smallLetters ? given.toLowerCase() : given;
    if (typeof text === 'string' && pattern.test(text)) fields[name] = text;
    else details.push({ pointer: `/secret/${name}`, message: `It must be ${form}.`, code: 'wrong-form' });
  }
  throwDetails('The secret is not one that may be used.', details);
  return fields;
}
