// How many event streams may be open at once: of one token, of one project, and in this process.

import { FleetyardError } from '../../domain/errors.ts';

/** Whose stream it is. */
export type StreamOwner = { tokenId: string; projectId: string };

/** The bounds. */
export type StreamBounds = { token: number; project: number; process: number };

/** The places. */
export type StreamPlaces = {
  /** Takes a place, and returns what gives it back; throws `rate-limited` when there is none. */
  take(owner: StreamOwner): () => void;
};

const retryAfterSeconds = 10;

/** Makes the places. */
export function createStreamPlaces(bounds: StreamBounds): StreamPlaces {
  const taken = new Map<string, number>();
  const count = (key: string, by: number): void => {
    const now = (taken.get(key) ?? 0) + by;
    if (now === 0) taken.delete(key);
    else taken.set(key, now);
  };
  return {
    take({ tokenId, projectId }) {
      const places = [
        { key: `token ${tokenId}`, most: bounds.token, whose: 'of this token' },
        { key: `project ${projectId}`, most: bounds.project, whose: 'of this project' },
        { key: 'process', most: bounds.process, whose: 'here' },
      ];
      const full = places.find(({ key, most }) => (taken.get(key) ?? 0) >= most);
      if (full !== undefined) {
        const message = `${full.most} event streams ${full.whose} are open, which is as many as there may be; close one.`;
        throw new FleetyardError('rate-limited', message, { retryAfterSeconds });
      }
      for (const { key } of places) count(key, 1);
      let given = false;
      return () => {
        if (given) return;
        given = true;
        for (const { key } of places) count(key, -1);
      };
    },
  };
}
