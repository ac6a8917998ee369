// A stack whose engine is a script of the test's: a deployment, a cloud by URN, and calls that fail when they are told to.
import type { Stack } from '@pulumi/pulumi/automation/index.js';
import type { Deployment, StateResource } from '../../../services/engine/deployment.ts';
import type { OpenStack } from '../../../services/engine/open-stack.ts';
import type { DoubtfulCreate } from '../../../services/engine/pending-creates.ts';
import type { RunnerChannel } from '../../../services/engine/runner-channel.ts';
import type { EngineAction, RunnerEvent } from '../../../services/engine/step-request.ts';

/** What a cloud has, by import id: the outputs that a refresh reads. */
export type FakeCloud = Map<string, Record<string, unknown>>;

/** The fake, and what became of it. */
export type FakeStack = {
  state: Deployment;
  cloud: FakeCloud;
  /** What the stack's row keeps, as the worker would. */
  kept: DoubtfulCreate[];
  calls: string[];
  events: RunnerEvent[];
  /** Runs before a call; what it throws is what the call throws. */
  before: (call: string) => void;
  /** Opens the stack as the next runner would, with what is kept. */
  open(action?: EngineAction): { channel: RunnerChannel; open: OpenStack };
};

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** Reads every resource from the cloud and drops what the cloud does not have. */
function refresh({ state, cloud }: FakeStack): void {
  const { resources = [], ...rest } = state.deployment;
  if ((rest.pending_operations ?? []).length > 0) throw new Error('the state has pending operations');
  state.deployment = {
    ...rest,
    resources: resources.flatMap((resource): StateResource[] => {
      if (!resource.custom || resource.type.startsWith('pulumi:')) return [resource];
      const outputs = cloud.get(resource.id ?? '');
      return outputs === undefined ? [] : [{ ...resource, outputs }];
    }),
  };
}

/** Makes a fake of a GKE network stack. */
export function createFakeStack(state: Deployment, cloud: FakeCloud = new Map()): FakeStack {
  const fake: FakeStack = {
    state,
    cloud,
    kept: [],
    calls: [],
    events: [],
    before: () => undefined,
    open(action = 'up') {
      return { channel: createChannel(fake, action), open: { stack: createStack(fake), deployment: copy(fake.state) } };
    },
  };
  return fake;
}

function createStack(fake: FakeStack): Stack {
  const call = async <T>(name: string, work: () => T): Promise<T> => {
    fake.calls.push(name);
    fake.before(name);
    return work();
  };
  const stack = {
    cancel: () => call('cancel', () => undefined),
    preview: () => call('preview', () => undefined),
    refresh: () => call('refresh', () => refresh(fake)),
    exportStack: () => call('export', () => copy(fake.state)),
    importStack: (deployment: Deployment) => call('import', () => void (fake.state = copy(deployment))),
  };
  return stack as unknown as Stack;
}

function createChannel(fake: FakeStack, action: EngineAction): RunnerChannel {
  const request = {
    action,
    provider: 'gke',
    layer: 'network',
    inputs: { region: 'europe-west1', account: { project: 'proj' } },
    stack: { name: 's', passphrase: 'phrase', salt: '' },
    backendUrl: 'postgres://user:password@127.0.0.1/state',
    recover: true,
    doubtful: copy(fake.kept),
    settlePauseMilliseconds: 1,
  } as RunnerChannel['request'];
  return {
    request,
    sendEvent: (event) => void fake.events.push(event),
    sendMessage: async () => undefined,
    awaitGo: async () => undefined,
    storeSnapshot: async () => undefined,
    async keepDoubtful(creations) {
      fake.calls.push('keep');
      fake.before('keep');
      fake.kept = copy(creations);
    },
    cancelled: new AbortController().signal,
    close: async () => undefined,
  };
}
