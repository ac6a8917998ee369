import type { Handler } from '../call.ts';
import { checkReadiness } from '../../http/readiness.ts';

/** Says whether requests can be served; what is away is for those who run the service. */
export const getReadiness: Handler<'getReadiness'> = async ({ parts, headers }) => {
  const { status, checks } = await checkReadiness(parts);
  const body = parts.mayMonitor(headers) ? { status, checks } : { status };
  if (status === 'ready') return { status: 200, body };
  return { status: 503, headers: { 'retry-after': '5' }, body };
};
