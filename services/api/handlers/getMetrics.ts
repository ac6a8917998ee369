import { FleetyardError } from '../../domain/errors.ts';
import type { Handler } from '../call.ts';

/** Renders the measurements for whoever has the token for them: they count what all tenants do. */
export const getMetrics: Handler<'getMetrics'> = async ({ parts, headers }) => {
  if (!parts.mayMonitor(headers)) {
    throw new FleetyardError('unauthenticated', 'Measurements need a token of their own, or the port of their own.');
  }
  return { status: 200, ...(await parts.metrics.render()) };
};
