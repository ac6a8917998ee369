// How recovery finds what a cloud made although nobody saw the end of it: the words of the plan, and rules that write an id from a template.

import type { Output } from '@pulumi/pulumi';
import type { CloudAccount } from './contract.ts';

/** A create that was under way when its runner died, as the deployment's pending operations hold it. */
export type PendingCreate = { urn: string; type: string; inputs: Record<string, unknown> };

/** What ids are made of beside a resource's own inputs. */
export type AdoptionContext = {
  /** The stack's name; with the logical name of the URN it tells a resource apart where tags do. */
  stack: string;
  region: string;
  account: CloudAccount;
};

/**
 * What to do with a pending create. Ids are import ids: the resource goes into the state with that id and **empty
 * outputs**, for then a refresh reads it the way an import does; a resource that is not there is dropped by the same
 * refresh. `look-up` means that only the cloud knows the id, which the provider's look-up program asks. `clear` means
 * that creating once more is harmless, as the cloud takes the same request twice.
 */
export type Adoption = { kind: 'id'; id: string } | { kind: 'look-up' } | { kind: 'clear' };

/** Says for one resource type how a pending create of it is found. */
export type AdoptionRule = (pending: PendingCreate, context: AdoptionContext) => Adoption;

/**
 * Makes a program without resources that looks pending creates up in the cloud; run it as a preview. Its outputs hold,
 * by URN, the import ids that were found: none means that the cloud made nothing; more than one, that an earlier resource
 * of that name is still there, and the caller knows which ids it owns.
 */
export type CreateLookUpProgram = (
  pending: readonly PendingCreate[],
  context: AdoptionContext,
) => () => Promise<Record<string, Output<string[]>>>;

/** Applies the rule of the resource's type; throws for a type that has none. */
export function adoptByRules(
  rules: Readonly<Record<string, AdoptionRule>>,
  pending: PendingCreate,
  context: AdoptionContext,
): Adoption {
  const rule = rules[pending.type];
  if (rule === undefined) throw new Error(`no rule tells how to find a ${pending.type} after a crash`);
  return rule(pending, context);
}

/** A rule for what can be made twice without harm. */
export const clear: AdoptionRule = () => ({ kind: 'clear' });

/**
 * A rule whose id is a template: `{name}` is an input, `{@project}` a part of the account, `{router/}` the last segment of
 * an input that may be a path.
 */
export function byId(template: string): AdoptionRule {
  return ({ inputs }, { account }) => {
    const id = template.replace(/\{(@?)(\w+)(\/?)\}/g, (_, at: string, name: string, last: string) => {
      const value = getText(at === '' ? inputs : account, name);
      return last === '' ? value : (value.split('/').at(-1) ?? value);
    });
    // An input that is a path itself brings its own leading slash.
    return { kind: 'id', id: id.replace(/^\/\//, '/') };
  };
}

/** An input as text; throws when it is not known yet. */
export function getText(values: Record<string, unknown>, name: string): string {
  const value = values[name];
  if (typeof value !== 'string' || value === '') throw new Error(`"${name}" is not known yet`);
  return value;
}
