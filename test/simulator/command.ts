// The simulator's command: what it prints, what it changes, and what it says to a mistake.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test, type Test } from 'tap';
import { readCommand } from '../../services/simulator/cli/arguments.ts';
import { createTestAccount, type TestAccount } from '../helpers/simulated-account.ts';

const CLI = join(import.meta.dirname, '../../services/simulator/cli/main.ts');
const run = promisify(execFile);

async function type(aws: Pick<TestAccount, 'dataDir'>, ...args: string[]): Promise<{ code: number; text: string }> {
  const all = ['--disable-warning=ExperimentalWarning', CLI, ...args, '--data', aws.dataDir];
  try {
    const { stdout } = await run(process.execPath, all);
    return { code: 0, text: stdout };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, text: stderr };
  }
}

const open = (t: Test) => createTestAccount(t, { config: { region: 'eu-central-1' } });
const VPC = 'aws:ec2/vpc:Vpc';

test('the command shows and edits an account, and says on every screen that it is simulated', async (t) => {
  const aws = await open(t);
  const { id } = await aws.make(VPC, { cidrBlock: '10.0.0.0/16' });
  const list = await type(aws, 'list', '--type', 'vpc');
  t.match(list.text, new RegExp(`aws Vpc +${id} +eu-central-1 +ready`));
  t.match(
    (await type(aws, 'change', id, 'enableDnsSupport=false', 'tags={"a":"b"}')).text,
    /new values of enableDnsSupport, tags/,
  );
  t.match(await aws.admin.listResources(aws.account), [{ outputs: { enableDnsSupport: false, tags: { a: 'b' } } }]);
  t.match((await type(aws, 'fault', 'slow-create', '--type', VPC, '--count', '1', '--hold')).text, /fault 1 stands/);
  t.match((await type(aws, 'faults')).text, /slow-create +aws:ec2\/vpc:Vpc +1 +held until cleared/);
  t.match((await type(aws, 'clear', '1')).text, /fault 1 .* is cleared/);
  t.match((await type(aws, 'quota', 'iam/roles', '3')).text, /may now have 3 of iam\/roles/);
  t.match((await type(aws, 'quota')).text, /iam\/roles +3/);
  const gone = await type(aws, 'delete', id);
  t.match(gone.text, /SIMULATED CLOUDS .*\n\naws Vpc vpc-0\w+ is gone/);
  t.same(await aws.admin.listResources(aws.account), []);
  t.match((await type(aws, 'ledger')).text, /admin +delete +done/);
  t.match((await type(aws, 'accounts')).text, /cr_test/);
});

test('a mistake gets one line of advice and a failing exit code', async (t) => {
  const aws = await open(t);
  t.match(await type(aws, 'delete', 'vpc-none'), {
    code: 1,
    text: /nothing has the id vpc-none; `list` shows what there is/,
  });
  t.match(await type(aws, 'fault', 'earthquake'), { code: 1, text: /fault needs a kind: throttle/ });
  t.match(await type(aws, 'nonsense'), { code: 2, text: /there is no command "nonsense"/ });
  t.match(await type({ dataDir: '/nowhere' }, 'list'), { code: 1, text: /no simulator has run in \/nowhere/ });
  await aws.simulator.stop();
  t.match(await type(aws, 'list'), { code: 1, text: /does not answer/ });
});

test('arguments are read strictly', async (t) => {
  t.match(readCommand([]), /Simulated clouds/);
  t.match(readCommand(['list', '--help']), /Simulated clouds/);
  t.match(readCommand(['list', '--nope']), /Unknown option '--nope'.*--help says more/);
  t.match(readCommand(['fault', 'throttle', '--count', 'x']), /--count is a number of 0 or more, not "x"/);
  t.match(readCommand(['ledger', '--after', '3']), { name: 'ledger', after: 3, data: '.fleetyard/simulator' });
});
