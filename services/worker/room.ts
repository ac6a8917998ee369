// How much a worker takes on: by the memory that its steps need, as measured, and never more than its slots.

import type { Candidate } from '../store/claim-next.ts';

/** What a worker may use. */
export type RoomSettings = {
  /** Operations at once at most, whatever their size. */
  slots: number;
  /** Memory for steps, in megabytes. */
  memoryMb: number;
  /** What a step is taken to need until steps of its provider have been measured, in megabytes. */
  stepMb: { real: number; simulated: number };
};

/** What is asked for room. */
export type Guest = Pick<Candidate, 'provider' | 'simulated'>;

/** The room of one worker. */
export type Room = {
  /** Whether a guest fits. One that is larger than the whole room fits when it is alone. */
  admits(guest: Guest): boolean;
  /** Whether no slot is free. */
  isFull(): boolean;
  /** Takes room for a guest, until it leaves with the most that it was seen to need. */
  enter(guest: Guest): { leave(measuredMb?: number): void };
  describe(): { slots: number; running: number; memoryMb: number; reservedMb: number };
};

/** An operation without engine steps, such as a check of a hub. */
const lightMb = 8;
/** How many measurements of a provider are remembered, and how many of them are enough to believe. */
const remembered = 20;
const believed = 3;
/** Steps differ in size; the next may be larger than any before. */
const allowance = 1.2;

/** Opens the room. */
export function openRoom({ slots, memoryMb, stepMb }: RoomSettings): Room {
  const peaks = new Map<string, number[]>();
  let running = 0;
  let reservedMb = 0;
  const sizeOf = (guest: Guest): number => {
    if (guest.provider === null) return lightMb;
    const measured = peaks.get(nameOf(guest)) ?? [];
    if (measured.length >= believed) return Math.ceil(Math.max(...measured) * allowance);
    return guest.simulated === true ? stepMb.simulated : stepMb.real;
  };
  return {
    admits: (guest) => running < slots && (running === 0 || reservedMb + sizeOf(guest) <= memoryMb),
    isFull: () => running >= slots,
    enter(guest) {
      const size = sizeOf(guest);
      running += 1;
      reservedMb += size;
      let left = false;
      return {
        leave(measuredMb = 0) {
          if (left) return;
          left = true;
          running -= 1;
          reservedMb -= size;
          if (guest.provider === null || measuredMb === 0) return;
          peaks.set(nameOf(guest), [...(peaks.get(nameOf(guest)) ?? []), measuredMb].slice(-remembered));
        },
      };
    },
    describe: () => ({ slots, running, memoryMb, reservedMb }),
  };
}

function nameOf({ provider, simulated }: Guest): string {
  return `${provider} ${simulated === true ? 'simulated' : 'real'}`;
}
