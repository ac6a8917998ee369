import { getCluster } from '../../store/clusters.ts';
import type { Handler } from '../call.ts';
import { answerEvents } from '../streams/answer-events.ts';

/** Streams or lists what happens to a cluster. */
export const listClusterEvents: Handler<'listClusterEvents'> = (call) =>
  answerEvents(call, (tx) => getCluster(tx, call.path.cluster));
