import type { Handler } from '../call.ts';

/** Renders the measurements. */
export const getMetrics: Handler<'getMetrics'> = async ({ parts }) => ({
  status: 200,
  ...(await parts.metrics.render()),
});
