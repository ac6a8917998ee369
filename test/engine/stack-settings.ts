import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'tap';
import { createStackSalt } from '../../services/vault/stack-settings.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { getTestPulumi } from '../helpers/pulumi.ts';

const run = promisify(execFile);

test('the CLI takes a salt of ours for its own', async (t) => {
  const directory = await createTestDirectory(t);
  const pulumi = await getTestPulumi();
  const project = join(directory, 'project');
  await mkdir(join(directory, 'state'));
  await mkdir(project);
  await writeFile(join(project, 'Pulumi.yaml'), 'name: fleetyard\nruntime: nodejs\n');
  const settings = join(project, 'Pulumi.one.yaml');
  const salt = await createStackSalt('a passphrase');
  await writeFile(settings, `encryptionsalt: ${salt}\n`);
  const call = async (passphrase: string, ...args: string[]): Promise<string> => {
    const env = {
      PATH: process.env['PATH'],
      HOME: directory,
      PULUMI_HOME: join(directory, 'home'),
      PULUMI_BACKEND_URL: `file://${join(directory, 'state')}`,
      PULUMI_CONFIG_PASSPHRASE: passphrase,
      PULUMI_SKIP_UPDATE_CHECK: '1',
    };
    const { stdout } = await run(pulumi, [...args, '--cwd', project, '--non-interactive'], { env });
    return stdout.trim();
  };

  await call('a passphrase', 'stack', 'init', 'one', '--secrets-provider', 'passphrase');
  t.match(await readFile(settings, 'utf8'), `encryptionsalt: ${salt}`, 'it writes no salt of its own');
  await call('a passphrase', 'config', 'set', '--secret', 'hidden', 'a secret', '--stack', 'one');
  t.notMatch(await readFile(settings, 'utf8'), 'a secret');
  t.equal(await call('a passphrase', 'config', 'get', 'hidden', '--stack', 'one'), 'a secret');
  t.match(await readFile(settings, 'utf8'), `encryptionsalt: ${salt}`);
  await t.rejects(call('another one', 'config', 'get', 'hidden', '--stack', 'one'), /incorrect passphrase/);
});

test('every stack has a salt of its own', async (t) => {
  t.not(await createStackSalt('x'), await createStackSalt('x'));
});
