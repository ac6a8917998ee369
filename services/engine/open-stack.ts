// Opens one stack through the Automation API and starts only the CLI processes that do work.

import {
  LocalWorkspace,
  PulumiCommand,
  Stack,
  StackAlreadyExistsError,
  type PulumiFn,
} from '@pulumi/pulumi/automation/index.js';
import { version } from '@pulumi/pulumi/version.js';
import type { Deployment } from './deployment.ts';
import type { KnownState } from './known-state.ts';
import { projectName } from './project-name.ts';
import type { RunnerRequest } from './step-request.ts';

/** An open stack, and its deployment as it stood then; a stack that was just made has an empty one. */
export type OpenStack = { stack: Stack; deployment: Deployment };

/**
 * The CLI, without asking it for its version, which is a process of its own: the worker has asked once, at its start. What the SDK makes of
 * the version is how it is told of events, and the pinned CLI is of one version with it.
 */
function openCommand({ pulumi }: RunnerRequest): PulumiCommand {
  return Reflect.construct(PulumiCommand, [pulumi.binary, { toString: () => version }]) as PulumiCommand;
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

/** The deployment as it was told, and the stack made if it is not there; asked for when what was told turns out to be wrong. */
async function takeKnown(name: string, workspace: LocalWorkspace, known: KnownState): Promise<Deployment> {
  if (known.exists) return known.deployment;
  try {
    await workspace.createStack(name);
    return known.deployment;
  } catch (error) {
    if (!(error instanceof StackAlreadyExistsError)) throw error;
    throw new Error('the state holds the stack, although it was not found there', { cause: error });
  }
}

/**
 * Opens the stack, making it when it is not there. What the worker read of the state, or else one export, serves three ends: it tells
 * whether the stack exists, it is the snapshot taken before a change, and it shows what an earlier runner left unfinished.
 */
export async function openStack(request: RunnerRequest, program: PulumiFn): Promise<OpenStack> {
  const { stack: settings } = request;
  const workspace = await LocalWorkspace.create({
    pulumiCommand: openCommand(request),
    workDir: request.workDir,
    program,
    projectSettings: { name: projectName, runtime: 'nodejs' },
    stackSettings: { [settings.name]: { encryptionSalt: settings.salt } },
    envVars: { PULUMI_CONFIG_PASSPHRASE: settings.passphrase, PULUMI_BACKEND_URL: request.backendUrl },
  });
  const deployment = await (request.known === undefined
    ? exportOrInit(settings.name, workspace)
    : takeKnown(settings.name, workspace, request.known));
  // Every call names its stack, so selecting it would only cost a process.
  workspace.selectStack = async () => undefined;
  // The program hands its outputs over itself; reading them back would cost two processes.
  workspace.stackOutputs = async () => ({});
  const stack = await Stack.select(settings.name, workspace);
  stack.info = async () => undefined;
  return { stack, deployment };
}
