// Opens one stack through the Automation API and starts only the CLI processes that do work.

import { mkdir, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LocalWorkspace, PulumiCommand, Stack, type PulumiFn } from '@pulumi/pulumi/automation/index.js';
import type { Deployment } from './deployment.ts';
import { projectName } from './project-name.ts';
import type { RunnerRequest } from './step-request.ts';

/** An open stack, and its deployment as it stood then; a stack that was just made has an empty one. */
export type OpenStack = { stack: Stack; deployment: Deployment };

async function findCommand(request: RunnerRequest): Promise<PulumiCommand> {
  let root = dirname(dirname(request.pulumi.binary));
  if (basename(dirname(request.pulumi.binary)) !== 'bin' || basename(request.pulumi.binary) !== 'pulumi') {
    // The Automation API takes a folder with `bin/pulumi` in it, not a path of the program.
    root = join(request.workDir, 'cli');
    await mkdir(join(root, 'bin'), { recursive: true });
    await rm(join(root, 'bin/pulumi'), { force: true });
    await symlink(request.pulumi.binary, join(root, 'bin/pulumi'));
  }
  return PulumiCommand.get({ root });
}

async function exportOrInit(name: string, workspace: LocalWorkspace): Promise<Deployment> {
  try {
    return (await workspace.exportStack(name)) as Deployment;
  } catch (error) {
    if (!/no stack named/i.test(String(error))) throw error;
    await workspace.createStack(name);
    return { version: 3, deployment: {} };
  }
}

/**
 * Opens the stack, making it when it is not there. The export serves three ends in one CLI call: it tells whether the stack exists, it
 * is the snapshot taken before a change, and it shows what an earlier runner left unfinished.
 */
export async function openStack(request: RunnerRequest, program: PulumiFn): Promise<OpenStack> {
  const { stack: settings } = request;
  const workspace = await LocalWorkspace.create({
    pulumiCommand: await findCommand(request),
    workDir: request.workDir,
    program,
    projectSettings: { name: projectName, runtime: 'nodejs' },
    stackSettings: { [settings.name]: { encryptionSalt: settings.salt } },
    envVars: { PULUMI_CONFIG_PASSPHRASE: settings.passphrase, PULUMI_BACKEND_URL: request.backendUrl },
  });
  const deployment = await exportOrInit(settings.name, workspace);
  // Every call names its stack, so selecting it would only cost a process.
  workspace.selectStack = async () => undefined;
  // The program hands its outputs over itself; reading them back would cost two processes.
  workspace.stackOutputs = async () => ({});
  const stack = await Stack.select(settings.name, workspace);
  stack.info = async () => undefined;
  return { stack, deployment };
}
