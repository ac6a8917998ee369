// Runs one command against the daemon and returns the screen that answers it.
import type { SimulatorAdmin } from './admin-client.ts';
import type { Command } from './arguments.ts';
import { FAULT_KINDS, type FaultKind } from '../ledger/faults.ts';
import type { Resource } from '../ledger/resource.ts';

/** Runs a command; throws with one line of advice when it makes no sense. */
export function runCommand(admin: SimulatorAdmin, command: Command): Promise<string> {
  switch (command.name) {
    case 'accounts':
      return showAccounts(admin);
    case 'list':
      return showEach(admin, command, (account) => showResources(admin, account, command.type));
    case 'ledger':
      return showEach(admin, command, (account) => showLedger(admin, account, command.after));
    case 'faults':
      return showEach(admin, command, (account) => showFaults(admin, account));
    case 'quota':
      return command.operands.length > 0
        ? setQuota(admin, command)
        : showEach(admin, command, (account) => showQuotas(admin, account));
    case 'hubs':
      return showHubs(admin);
    case 'delete':
      return deleteOne(admin, command);
    case 'change':
      return changeOne(admin, command);
    case 'fault':
      return orderFault(admin, command);
    case 'clear':
      return clearFault(admin, command);
  }
}

async function showAccounts(admin: SimulatorAdmin): Promise<string> {
  const accounts = await admin.listAccounts();
  const rows = await Promise.all(
    accounts.map(async ({ id, createdAt }) => [id, createdAt, String((await admin.listResources(id)).length)]),
  );
  return formatTable(['account', 'first used', 'resources'], rows, 'no account has been used yet');
}

async function showHubs(admin: SimulatorAdmin): Promise<string> {
  const accounts = await admin.listAccounts();
  const rows = await Promise.all(accounts.map(async ({ id }) => [id, (await admin.findHub(id)) ?? '']));
  const standing = rows.filter(([, kubeconfig]) => kubeconfig !== '');
  return formatTable(['account', 'kubeconfig'], standing, 'no hub stands on processes of its own');
}

async function showEach(
  admin: SimulatorAdmin,
  command: Command,
  show: (account: string) => Promise<string>,
): Promise<string> {
  const accounts = command.account === undefined ? (await admin.listAccounts()).map(({ id }) => id) : [command.account];
  const screens = await Promise.all(accounts.map(async (account) => `account ${account}\n${await show(account)}`));
  return screens.length > 0 ? screens.join('\n\n') : 'no account has been used yet';
}

async function showResources(admin: SimulatorAdmin, account: string, type: string | undefined): Promise<string> {
  const resources = (await admin.listResources(account)).filter((each) => type === undefined || isOfType(each, type));
  const rows = resources.map((each) => [
    shortType(each.type),
    each.id,
    each.region,
    each.state,
    each.createdAt.slice(0, 19),
  ]);
  return formatTable(['type', 'id', 'region', 'state', 'created'], rows, 'nothing stands here');
}

async function showLedger(admin: SimulatorAdmin, account: string, after: number): Promise<string> {
  const rows = (await admin.listLedger(account, after)).map((entry) => [
    String(entry.seq),
    entry.at.slice(0, 19),
    entry.caller,
    entry.action,
    entry.outcome,
    shortType(entry.type),
    entry.error === null ? entry.id : `${entry.id} ${entry.error}`.slice(0, 120),
  ]);
  return formatTable(['seq', 'at', 'caller', 'action', 'outcome', 'type', 'id'], rows, 'nothing has happened here');
}

async function showFaults(admin: SimulatorAdmin, account: string): Promise<string> {
  const rows = (await admin.listFaults(account)).map((fault) => [
    String(fault.id),
    fault.kind,
    fault.type,
    fault.nameContains,
    fault.count === null ? 'until cleared' : String(fault.count),
    fault.held ? 'held until cleared' : fault.delaySeconds === null ? '' : `${fault.delaySeconds} s`,
  ]);
  return formatTable(['fault', 'kind', 'type', 'name has', 'left', 'waits'], rows, 'no fault stands');
}

async function showQuotas(admin: SimulatorAdmin, account: string): Promise<string> {
  const rows = (await admin.listQuotas(account)).map(({ quota, amount }) => [quota, String(amount)]);
  return formatTable(['quota', 'limit'], rows, "every quota is the cloud's default");
}

async function setQuota(admin: SimulatorAdmin, command: Command): Promise<string> {
  const [quota, amount] = command.operands;
  if (quota === undefined || amount === undefined) throw new Error('quota needs a NAME and an AMOUNT');
  const account = await chooseAccount(admin, command);
  await admin.setQuota(account, quota, Number(amount));
  return `account ${account} may now have ${amount} of ${quota}`;
}

async function deleteOne(admin: SimulatorAdmin, command: Command): Promise<string> {
  const resource = await getResource(admin, command);
  await admin.deleteResource(resource.account, resource.id, resource.type);
  return `${shortType(resource.type)} ${resource.id} is gone from account ${resource.account}`;
}

async function changeOne(admin: SimulatorAdmin, command: Command): Promise<string> {
  const changes = command.operands.slice(1).map(readChange);
  if (changes.length === 0) throw new Error('change needs at least one name=value');
  const resource = await getResource(admin, command);
  await admin.changeResource(resource.account, resource.id, Object.fromEntries(changes), resource.type);
  return `${shortType(resource.type)} ${resource.id} has new values of ${changes.map(([name]) => name).join(', ')}`;
}

function readChange(text: string): [string, unknown] {
  const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new Error(`"${text}" is no name=value`);
  try {
    return [name, JSON.parse(value)];
  } catch {
    return [name, value];
  }
}

async function orderFault(admin: SimulatorAdmin, command: Command): Promise<string> {
  const kind = command.operands[0] as FaultKind | undefined;
  if (kind === undefined || !FAULT_KINDS.includes(kind))
    throw new Error(`fault needs a kind: ${FAULT_KINDS.join(', ')}`);
  const account = await chooseAccount(admin, command);
  const fault = await admin.setFault(account, {
    kind,
    ...(command.type === undefined ? {} : { type: command.type }),
    ...(command.nameContains === undefined ? {} : { nameContains: command.nameContains }),
    ...(command.count === undefined ? {} : { count: command.count }),
    ...(command.delaySeconds === undefined ? {} : { delaySeconds: command.delaySeconds }),
    ...(command.hold ? { until: 'released' } : {}),
  });
  return `fault ${fault.id} stands for account ${account}: ${kind} of ${fault.type}`;
}

async function clearFault(admin: SimulatorAdmin, command: Command): Promise<string> {
  const id = Number(command.operands[0]);
  for (const { id: account } of await admin.listAccounts()) {
    if (!(await admin.listFaults(account)).some((fault) => fault.id === id)) continue;
    await admin.release(account, id);
    return `fault ${id} of account ${account} is cleared`;
  }
  throw new Error(`no fault ${command.operands[0] ?? ''} stands; \`faults\` lists them`);
}

/** The one resource of that id, whichever account has it. */
async function getResource(admin: SimulatorAdmin, command: Command): Promise<Resource> {
  const [id] = command.operands;
  if (id === undefined) throw new Error(`${command.name} needs an ID; \`list\` shows them`);
  const accounts =
    command.account === undefined ? (await admin.listAccounts()).map((each) => each.id) : [command.account];
  const lists = await Promise.all(accounts.map((account) => admin.listResources(account)));
  const found = lists
    .flat()
    .filter((each) => each.id === id && (command.type === undefined || isOfType(each, command.type)));
  const [first, second] = found;
  if (!first) throw new Error(`nothing has the id ${id}; \`list\` shows what there is`);
  if (second) throw new Error(`more than one has the id ${id}: say which by --account or --type`);
  return first;
}

async function chooseAccount(admin: SimulatorAdmin, command: Command): Promise<string> {
  if (command.account !== undefined) return command.account;
  const [first, second] = await admin.listAccounts();
  if (!first) throw new Error('no account has been used yet; name the credential by --account');
  if (second) throw new Error('several accounts stand: say which by --account; `accounts` lists them');
  return first.id;
}

function isOfType(resource: Resource, type: string): boolean {
  const [token, asked] = [resource.type.toLowerCase(), type.toLowerCase()];
  return token === asked || token.endsWith(`:${asked}`) || shortType(token) === asked;
}

/** `aws:ec2/vpc:Vpc` is `aws Vpc` to a person. */
function shortType(token: string): string {
  const parts = token.split(':');
  return `${parts[0] ?? ''} ${parts.at(-1) ?? ''}`;
}

function formatTable(head: string[], rows: string[][], empty: string): string {
  if (rows.length === 0) return `  ${empty}`;
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const format = (row: string[]) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd();
  return [format(head), ...rows.map(format)].join('\n');
}
