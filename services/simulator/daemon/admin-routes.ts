// The daemon's routes for people and tests: look into a simulated account, change it behind the engine's back, order faults.
import { KNOWN_TYPES } from '../clouds/registry.ts';
import { text } from '../clouds/values.ts';
import type { Hubs } from '../control-planes/local/hub/hubs.ts';
import { FAULT_KINDS, type Fault, type FaultKind, type Faults } from '../ledger/faults.ts';
import { listQuotas, setQuota } from '../ledger/quotas.ts';
import type { Values } from '../ledger/resource.ts';
import type { Answer } from './answer.ts';
import { changeOutOfBand, deleteOutOfBand, type OutOfBandParts } from './out-of-band.ts';

/** What the routes work with. */
export type AdminParts = OutOfBandParts & { faults: Faults; hubs: Pick<Hubs, 'findKubeconfig'> };

type Request = { method: string; path: string[]; query: URLSearchParams; body: Values };

const NOT_FOUND: Answer = { status: 404, body: { error: { code: 'not-found', message: 'there is no such thing' } } };

/** Answers `/v1/admin/<path>`. */
export async function answerAdmin(parts: AdminParts, request: Request): Promise<Answer> {
  const [head, account, what, ...rest] = request.path;
  if (head === 'accounts' && account === undefined) return ok({ accounts: parts.ledger.listAccounts() });
  if (head === 'clock') return answerClock(parts, request);
  if (head !== 'accounts' || account === undefined) return NOT_FOUND;
  switch (what) {
    case 'resources':
      return answerResources(parts, account, request);
    case 'control-planes':
      return ok({ controlPlanes: parts.planes.list(account) });
    case 'ledger':
      return ok({ entries: parts.ledger.listEntries(account, Number(request.query.get('after') ?? 0)) });
    case 'faults':
      return answerFaults(parts, account, rest[0], request);
    case 'hub':
      return ok({ kubeconfig: parts.hubs.findKubeconfig(account) ?? null });
    case 'quotas':
      return answerQuotas(parts, account, request);
    default:
      return NOT_FOUND;
  }
}

function answerClock({ clock }: AdminParts, { method, body }: Request): Answer {
  const { timeScale } = body;
  if (method === 'PUT' && typeof timeScale === 'number' && timeScale >= 0) clock.scale = timeScale;
  return ok({ now: clock.now().toISOString(), timeScale: clock.scale });
}

function answerQuotas({ ledger }: AdminParts, account: string, { method, body }: Request): Answer {
  if (method === 'PUT') {
    const amount = Number(body['amount']);
    if (!Number.isInteger(amount) || amount < 0 || !text(body, 'quota')) {
      return refuse('a quota needs `quota`, such as ec2/vpcs/eu-central-1, and a whole `amount`');
    }
    setQuota(ledger, account, text(body, 'quota'), amount);
  }
  return ok({ quotas: listQuotas(ledger, account) });
}

function answerFaults({ faults }: AdminParts, account: string, id: string | undefined, request: Request): Answer {
  if (request.method === 'POST') {
    const fault = readFault(account, request.body);
    return typeof fault === 'string' ? refuse(fault) : { status: 201, body: { ...faults.order(fault) } };
  }
  // Clearing a fault that holds calls lets them go.
  if (request.method === 'DELETE') return faults.clear(account, Number(id)) ? ok({}) : NOT_FOUND;
  return ok({ faults: faults.list(account) });
}

function readFault(account: string, body: Values): Omit<Fault, 'id'> | string {
  const kind = text(body, 'kind') as FaultKind;
  if (!FAULT_KINDS.includes(kind)) return `a fault's kind is one of ${FAULT_KINDS.join(', ')}`;
  const type = text(body, 'type') || '*';
  if (type.includes(':') && !type.includes('*') && !type.startsWith('kubernetes:') && !KNOWN_TYPES.includes(type)) {
    return `the simulator knows no resource type ${type}`;
  }
  const { count = null, delaySeconds = null } = body;
  if (count !== null && !(Number.isInteger(count) && Number(count) > 0)) return 'a count is a whole number above zero';
  return {
    account,
    kind,
    type,
    nameContains: text(body, 'nameContains'),
    count: count === null ? null : Number(count),
    delaySeconds: delaySeconds === null ? null : Number(delaySeconds),
    held: body['until'] === 'released',
  };
}

async function answerResources(parts: AdminParts, account: string, request: Request): Promise<Answer> {
  const { ledger } = parts;
  const type = request.query.get('type') ?? undefined;
  const all = ledger.listResources(account).filter((resource) => !resource.system);
  if (request.method === 'GET') {
    return ok({ resources: type === undefined ? all : all.filter((resource) => resource.type === type) });
  }
  const id = request.query.get('id') ?? '';
  const resource = all.find((each) => each.id === id && (type === undefined || each.type === type));
  if (!resource) return NOT_FOUND;
  if (request.method === 'PATCH') return ok({ ...changeOutOfBand(parts, resource, request.body) });
  if (request.method !== 'DELETE') return NOT_FOUND;
  await deleteOutOfBand(parts, resource);
  return ok({ deleted: id });
}

function ok(body: Values): Answer {
  return { status: 200, body };
}

function refuse(message: string): Answer {
  return { status: 400, body: { error: { code: 'invalid', message } } };
}
