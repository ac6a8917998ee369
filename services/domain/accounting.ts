// The account of what an operation has been through, and when enough is enough: each class of failure, and lost workers, have a bound of their own.

import { type EngineErrorClass, retryDelaySeconds } from './engine-errors.ts';

/** What is counted since the operation was asked for, or last asked to run again. Handing it over is none of it. */
export type Account = {
  /** Automatic retries by class of error. */
  retriesByClass: Readonly<Partial<Record<EngineErrorClass, number>>>;
  /** Workers, or runners, that vanished while they held it. */
  deaths: number;
};

/** How many workers may vanish over one operation before a person has to look at it. */
export const deathsAllowed = 5;

/** Seconds before the next automatic retry for a class, or undefined when a person has to act. */
export function judgeFailure(account: Account, errorClass: EngineErrorClass, random: () => number): number | undefined {
  return retryDelaySeconds(errorClass, account.retriesByClass[errorClass] ?? 0, random);
}

/** Whether so many workers vanished that no other one may take it by itself. */
export function isWornOut({ deaths }: Pick<Account, 'deaths'>): boolean {
  return deaths >= deathsAllowed;
}
