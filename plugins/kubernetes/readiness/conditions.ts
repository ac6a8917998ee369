// Reads the conditions that controllers write into the status of an object.
import type { PropertyValue } from '../../kit/values.ts';
import { pluckList, pluckText } from '../object.ts';

/** A condition of an object. */
export type Condition = { type: string; status: string; reason: string; message: string };

/** Finds a condition by its type. */
export function findCondition(object: PropertyValue, type: string): Condition | undefined {
  return listConditions(object).find((each) => each.type === type);
}

/** Says a condition that is not as it should be: `[Reason] message`; empty when there is nothing to say. */
export function sayCondition(condition: Condition | undefined): string {
  if (!condition || (condition.reason === '' && condition.message === '')) return '';
  return condition.reason === '' ? condition.message : `[${condition.reason}] ${condition.message}`.trim();
}

function listConditions(object: PropertyValue): Condition[] {
  return pluckList(object, 'status', 'conditions').map((each) => ({
    type: pluckText(each, 'type'),
    status: pluckText(each, 'status'),
    reason: pluckText(each, 'reason'),
    message: pluckText(each, 'message'),
  }));
}
