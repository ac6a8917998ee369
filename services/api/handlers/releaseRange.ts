import { releaseRange as release } from '../../changes/release-range.ts';
import type { Handler } from '../call.ts';

/** Releases a foreign range. */
export const releaseRange: Handler<'releaseRange'> = ({ asChange, path }) =>
  asChange(async (change) => {
    await release(change, path);
    return { status: 204 };
  });
