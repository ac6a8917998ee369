import type { Handler } from '../call.ts';

/** Says that the process lives, whatever else is away. */
export const getHealth: Handler<'getHealth'> = async () => ({ status: 200, body: { status: 'ok' } });
