// A Pulumi CLI for tests of what surrounds it: a script that notes its calls, and does what a test says instead of an engine.
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import { createTestDirectory } from './directory.ts';

/** The fake and what it was asked. */
export type FakePulumi = {
  binary: string;
  /** What `stack export` shows. */
  setDeployment(deployment: unknown): Promise<void>;
  /** Runs a line of shell at each call of a command; `$PPID` is the runner. Undefined lets it succeed again. */
  onCall(command: string, line: string | undefined): Promise<void>;
  /** The commands so far, such as `stack export` and `up`, and forgets them. */
  takeCalls(): Promise<string[]>;
};

const version = 'v3.259.0';

/** Makes a fake; it goes with the test. */
export async function createFakePulumi(t: Test): Promise<FakePulumi> {
  const directory = await createTestDirectory(t);
  const binary = join(directory, 'bin/pulumi');
  const [calls, deployment] = [join(directory, 'calls'), join(directory, 'deployment.json')];
  await mkdir(join(directory, 'bin'));
  await writeFile(calls, '');
  const script = `#!/bin/sh
case "$1" in stack) name="$1 $2" ;; *) name="$1" ;; esac
[ "$name" = version ] && { echo ${version}; exit 0; }
echo "$name" >> '${calls}'
hook='${directory}'/on-"$(echo "$name" | tr ' ' -)"
[ -f "$hook" ] && . "$hook"
[ "$name" = 'stack export' ] && cat '${deployment}'
exit 0
`;
  await writeFile(binary, script);
  await chmod(binary, 0o755);
  const fake: FakePulumi = {
    binary,
    setDeployment: (value) => writeFile(deployment, JSON.stringify(value)),
    async onCall(command, line) {
      const hook = join(directory, `on-${command.replaceAll(' ', '-')}`);
      await (line === undefined ? rm(hook, { force: true }) : writeFile(hook, `${line}\n`));
    },
    async takeCalls() {
      const text = await readFile(calls, 'utf8');
      await writeFile(calls, '');
      return text.split('\n').filter((line) => line !== '');
    },
  };
  await fake.setDeployment({ version: 3, deployment: {} });
  return fake;
}
