// Refuses new requests while the process has no memory or no time for those under way.

import { getHeapStatistics } from 'node:v8';
import pressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';
import { FleetyardError } from '../../domain/errors.ts';
import { isExempt } from './limiting.ts';

/** What the process may come to; 0 for no bound. */
export type PressureBounds = {
  /** How late timers may be, as the mean of two seconds. */
  eventLoopDelayMs: number;
  /** Part of the heap that V8 may have. */
  heapShare: number;
};

/** A stall that leaves no sample at all counts as pressure, so that this is no shorter than what is too late. */
const sampleInterval = 2_000;
const retryAfterSeconds = 5;

/** Watches the process; a request that comes while a bound is passed gets 503, save those that ask how it is. */
export function installPressure(app: FastifyInstance, { eventLoopDelayMs, heapShare }: PressureBounds): void {
  if (eventLoopDelayMs === 0 && heapShare === 0) return;
  void app.register(pressure, {
    sampleInterval,
    ...(eventLoopDelayMs === 0 ? {} : { maxEventLoopDelay: eventLoopDelayMs }),
    ...(heapShare === 0 ? {} : { maxHeapUsedBytes: Math.floor(getHeapStatistics().heap_size_limit * heapShare) }),
    pressureHandler: async (request, _reply, type) => {
      if (isExempt(request.routeOptions.config.endpoint)) return;
      const what = type === pressure.TYPE_EVENT_LOOP_DELAY ? 'time' : 'memory';
      request.log.warn({ pressure: type }, 'refused under pressure');
      throw new FleetyardError('unavailable', `The service has no ${what} to spare; try again.`, { retryAfterSeconds });
    },
  });
}
