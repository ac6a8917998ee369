// Talks to a running simulator as its administrator; for the command line and for tests.
import type { FaultKind, Fault } from '../ledger/faults.ts';
import type { Account, LedgerEntry } from '../ledger/ledger.ts';
import type { Resource, Values } from '../ledger/resource.ts';

/** A fault to be ordered. */
export type FaultOrder = {
  kind: FaultKind;
  /** A type token, a pattern with `*`, or a class name such as `NodeGroup`; all types when it is missing. */
  type?: string;
  nameContains?: string;
  /** How often it strikes; until it is cleared when it is missing. */
  count?: number;
  delaySeconds?: number;
  /** Slow faults: hold the call until `release`. */
  until?: 'released';
};

/** A control plane, whatever its kind. */
export type ControlPlaneState = {
  id: string;
  kind: string;
  version: string | null;
  plane: { authority: string } | null;
  failure: string | null;
};

/** What an administrator can do. */
export type SimulatorAdmin = {
  listAccounts(): Promise<Account[]>;
  listResources(account: string, type?: string): Promise<Resource[]>;
  /** Those that stand, open, and close; `failure` says why one is lost. */
  listControlPlanes(account: string): Promise<ControlPlaneState[]>;
  listLedger(account: string, after?: number): Promise<LedgerEntry[]>;
  deleteResource(account: string, id: string, type?: string): Promise<void>;
  changeResource(account: string, id: string, changes: Values, type?: string): Promise<Resource>;
  setFault(account: string, fault: FaultOrder): Promise<Fault>;
  listFaults(account: string): Promise<Fault[]>;
  /** Clears a fault and lets go what it holds. */
  release(account: string, faultId: number): Promise<void>;
  setQuota(account: string, quota: string, amount: number): Promise<void>;
  listQuotas(account: string): Promise<{ quota: string; amount: number }[]>;
  setTimeScale(timeScale: number): Promise<void>;
  /** Path of the kubeconfig of the account's hub, if that is a Karmada that stands. */
  findHub(account: string): Promise<string | undefined>;
};

/** Makes a client of the simulator at `url`. */
export function createAdminClient({ url, adminToken }: { url: string; adminToken: string }): SimulatorAdmin {
  const call = async <T>(method: string, path: string, body?: Values): Promise<T> => {
    const response = await fetch(`${url}/v1/admin/${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const answer = (await response.json()) as T & { error?: { message: string } };
    if (!response.ok) throw new Error(answer.error?.message ?? `the simulator answered ${response.status}`);
    return answer;
  };
  const at = (account: string, what: string) => `accounts/${encodeURIComponent(account)}/${what}`;
  const pick = (id: string, type?: string) =>
    new URLSearchParams({ id, ...(type === undefined ? {} : { type }) }).toString();
  return {
    listAccounts: async () => (await call<{ accounts: Account[] }>('GET', 'accounts')).accounts,
    async listResources(account, type) {
      const query = type === undefined ? '' : `?${new URLSearchParams({ type }).toString()}`;
      return (await call<{ resources: Resource[] }>('GET', at(account, `resources${query}`))).resources;
    },
    async listControlPlanes(account) {
      return (await call<{ controlPlanes: ControlPlaneState[] }>('GET', at(account, 'control-planes'))).controlPlanes;
    },
    async listLedger(account, after = 0) {
      return (await call<{ entries: LedgerEntry[] }>('GET', at(account, `ledger?after=${after}`))).entries;
    },
    async deleteResource(account, id, type) {
      await call('DELETE', at(account, `resources?${pick(id, type)}`));
    },
    changeResource: (account, id, changes, type) =>
      call<Resource>('PATCH', at(account, `resources?${pick(id, type)}`), changes),
    setFault: (account, fault) => call<Fault>('POST', at(account, 'faults'), fault),
    listFaults: async (account) => (await call<{ faults: Fault[] }>('GET', at(account, 'faults'))).faults,
    async release(account, faultId) {
      await call('DELETE', at(account, `faults/${faultId}`));
    },
    async setQuota(account, quota, amount) {
      await call('PUT', at(account, 'quotas'), { quota, amount });
    },
    listQuotas: async (account) =>
      (await call<{ quotas: { quota: string; amount: number }[] }>('GET', at(account, 'quotas'))).quotas,
    async setTimeScale(timeScale) {
      await call('PUT', 'clock', { timeScale });
    },
    findHub: async (account) =>
      (await call<{ kubeconfig: string | null }>('GET', at(account, 'hub'))).kubeconfig ?? undefined,
  };
}
