// Waits until an object that was written is ready, and finds out why one is not: from its conditions, its pods and its events.
import type { Properties } from '../kit/values.ts';
import { ApiError, isNotFound, UnreachableError } from './api-error.ts';
import type { ObjectClient } from './object-client.ts';
import { keyOf, pluckObject, pluckText } from './object.ts';
import { findPatience, pollUntil, type Ending } from './patience.ts';
import { findReadRule, findRule } from './readiness/rules.ts';
import type { Finding, Look, ReadinessRule } from './readiness/rule.ts';
import { explainContainers } from './readiness/workloads.ts';

/** The object is there and not in order. */
export class NotReadyError extends Error {
  readonly live: Properties;
  readonly reasons: string[];

  constructor(message: string, live: Properties, reasons: string[]) {
    super(message);
    this.name = 'NotReadyError';
    this.live = live;
    this.reasons = reasons;
  }
}

type Wait = { inputs: Properties; written: Properties; updated: boolean; timeoutSeconds: number; signal: AbortSignal };

/** Waits for an object that was written; answers its newest form, or throws what keeps it from being ready. */
export async function awaitReady(client: ObjectClient, wait: Wait): Promise<Properties> {
  const { inputs, written, updated, signal } = wait;
  const rule = findRuleOf(wait);
  if (!rule) return written;
  const begin = performance.now();
  const seconds = findPatience(wait.timeoutSeconds, inputs, rule.patience);
  let live = written;
  let finding: Finding | undefined;
  const outcome = await pollUntil(
    async () => {
      // What was written is looked at first: most objects are ready at once.
      if (finding) live = await look(client, live, signal);
      const waited = performance.now() - begin;
      finding = await rule.judge(live, describeLook(client, { waited, updated }, signal));
      return finding.ready || finding.failed ? finding : undefined;
    },
    { seconds, signal },
  ).catch((error: unknown) => {
    if (signal.aborted) return 'cancelled' as const;
    const reason = error instanceof Error ? error.message : String(error);
    throw new NotReadyError(reason, live, [reason]);
  });
  if (typeof outcome === 'object' && outcome.ready) return live;
  throw await explain(client, live, finding?.reasons ?? [], outcome);
}

/** Looks once at an object that was read; throws when it is not in order. */
export async function judgeRead(
  client: ObjectClient,
  { inputs, live, signal }: { inputs: Properties; live: Properties; signal: AbortSignal },
): Promise<void> {
  const rule = findReadRule(inputs);
  if (!rule) return;
  const finding = await rule.judge(
    live,
    describeLook(client, { waited: Number.POSITIVE_INFINITY, updated: true }, signal),
  );
  if (!finding.ready) throw await explain(client, live, finding.reasons, finding);
}

function findRuleOf({ inputs, written }: Wait): ReadinessRule | undefined {
  try {
    return findRule(inputs);
  } catch (error) {
    const reason = (error as Error).message;
    throw new NotReadyError(reason, written, [reason]);
  }
}

function describeLook(client: ObjectClient, rest: Omit<Look, 'find'>, signal: AbortSignal): Look {
  // Whoever may not see what belongs to an object waits as if it were not there.
  const find: Look['find'] = (key) => client.find(key, signal).catch(forgive);
  return { find, ...rest };
}

/** The newest form; a moment in which the API server does not answer is waited out. */
async function look(client: ObjectClient, live: Properties, signal: AbortSignal): Promise<Properties> {
  try {
    return await client.get(keyOf(live), signal);
  } catch (error) {
    if (signal.aborted || isNotFound(error)) throw error;
    if (error instanceof UnreachableError || (error instanceof ApiError && error.status >= 429)) return live;
    throw error;
  }
}

function forgive(error: unknown): undefined {
  if (error instanceof ApiError) return undefined;
  throw error;
}

async function explain(
  client: ObjectClient,
  live: Properties,
  found: string[],
  ending: Ending | Finding,
): Promise<NotReadyError> {
  const { name } = keyOf(live);
  if (ending === 'cancelled') {
    return new NotReadyError(`context canceled: nobody waits for "${name}" any more`, live, found);
  }
  const signal = AbortSignal.timeout(5000);
  const more = await Promise.all([explainPods(client, live, signal), explainEvents(client, live, signal)]);
  const reasons = [...new Set([...found, ...more.flat()])];
  const what =
    ending === 'timeout'
      ? `'${name}' timed out waiting to be Ready`
      : `Resource '${name}' was created but failed to initialize`;
  return new NotReadyError(reasons.length > 0 ? `${what}: ${reasons.join('; ')}` : what, live, reasons);
}

const MOST_REASONS = 5;

async function explainPods(client: ObjectClient, live: Properties, signal: AbortSignal): Promise<string[]> {
  const { namespace } = keyOf(live);
  const labels = Object.entries(pluckObject(live, 'spec', 'selector', 'matchLabels'));
  if (labels.length === 0) return [];
  const query = { labelSelector: labels.map(([name, value]) => `${name}=${String(value)}`).join(','), limit: '50' };
  const pods = await client.list({ apiVersion: 'v1', kind: 'Pod', namespace }, query, signal).catch(() => []);
  const told = pods.flatMap((pod) => {
    return explainContainers(pod).map((reason) => `pod "${pluckText(pod, 'metadata', 'name')}": ${reason}`);
  });
  return told.slice(0, MOST_REASONS);
}

async function explainEvents(client: ObjectClient, live: Properties, signal: AbortSignal): Promise<string[]> {
  const { namespace } = keyOf(live);
  const uid = pluckText(live, 'metadata', 'uid');
  const query = { fieldSelector: `involvedObject.uid=${uid},type=Warning`, limit: '50' };
  const kind = { apiVersion: 'v1', kind: 'Event', namespace: namespace || 'default' };
  const events = await client.list(kind, query, signal).catch(() => []);
  const told = events.map((event) => `[${pluckText(event, 'reason')}] ${pluckText(event, 'message')}`);
  return [...new Set(told)].slice(-MOST_REASONS);
}
