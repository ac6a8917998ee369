// What a rule of readiness is: it looks at an object, and at what belongs to it, and says whether it is in order.
import type { Properties } from '../../kit/values.ts';
import type { ObjectKey } from '../object.ts';

/** What a look at an object found. */
export type Finding = {
  ready: boolean;
  /** It will not come right by waiting. */
  failed?: boolean;
  /** Why it is not ready, in the words of its controllers. */
  reasons: string[];
};

/** What a rule may ask for besides the object. */
export type Look = {
  find(key: ObjectKey): Promise<Properties | undefined>;
  /** Milliseconds since the wait began. */
  waited: number;
  /** The object was there before. */
  updated: boolean;
};

/** When an object of a kind is ready. */
export type ReadinessRule = {
  judge(object: Properties, look: Look): Finding | Promise<Finding>;
  /** A refresh looks as well, and tells of what is not in order. */
  onRead: boolean;
  /** Seconds that a wait may take when nobody says otherwise; ten minutes without it. */
  patience?: number;
};

/** It is ready. */
export const READY: Finding = { ready: true, reasons: [] };

/** It is not ready yet. */
export function notYet(...reasons: string[]): Finding {
  return { ready: false, reasons: reasons.filter((reason) => reason !== '') };
}
