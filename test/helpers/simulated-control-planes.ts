// A kind of control plane that writes down what it is asked, for tests; what it opened outlives the daemon, as processes do.
import type { ControlPlane, NodePoolNeed } from '../../services/simulator/clouds/control-plane.ts';
import type { CreateKind } from '../../services/simulator/control-planes/kind.ts';

/** What a test sees of the kind, and how it makes trouble. */
export type RecordingKind = {
  create: CreateKind;
  /** `open <id> <version>`, `upgrade <id> <version>`, `scale <id> <pool>`, `close <id>`. */
  calls: string[];
  /** The nodes of each pool that was scaled last. */
  pools: Map<string, NodePoolNeed['nodes']>;
  open: Map<string, { version: string; authority: string }>;
  /** Calls of this name fail with the reason until it is taken away. */
  failures: Map<string, string>;
  /** Calls of this name wait for the promise. */
  gates: Map<string, Promise<void>>;
};

/** Makes one. */
export function createRecordingKind(): RecordingKind {
  const calls: string[] = [];
  const pools: RecordingKind['pools'] = new Map();
  const open: RecordingKind['open'] = new Map();
  const failures: RecordingKind['failures'] = new Map();
  const gates: RecordingKind['gates'] = new Map();
  const answer = async (call: string, ...details: string[]): Promise<void> => {
    calls.push([call, ...details].join(' '));
    await gates.get(call);
    const reason = failures.get(call);
    if (reason !== undefined) throw new Error(reason);
  };
  const locate = (id: string): ControlPlane | undefined => {
    const { authority } = open.get(id) ?? {};
    return authority === undefined ? undefined : { id, authority, certificateAuthority: `certificate of ${id}` };
  };
  const create: CreateKind = () => ({
    async open({ id, version }) {
      await answer('open', id, version);
      open.set(id, { version, authority: `plane.test:${6443 + open.size}` });
      return locate(id) as ControlPlane;
    },
    find: async (id) => locate(id),
    async upgrade(id, version) {
      await answer('upgrade', id, version);
      open.set(id, { version, authority: open.get(id)?.authority ?? '' });
    },
    async scale(id, pool) {
      await answer('scale', id, pool.name);
      pools.set(pool.name, pool.nodes);
    },
    async close(id) {
      await answer('close', id);
      open.delete(id);
    },
  });
  return { create, calls, pools, open, failures, gates };
}
