// The runner: a process that performs one action on one stack, says how it ended, and exits. It loads the SDK while its request is made.

import { leaveOutUnneeded } from './lean-imports.ts';
import { killStepProcesses, stepMarker } from './processes.ts';
import { openRunnerChannel } from './runner-channel.ts';

/**
 * The worker is gone, or silent for as long as its lease lasts: another will prove this step dead and look at what it left, so end
 * everything now.
 */
function endOrphaned(): void {
  const stepKey = process.env[stepMarker] ?? '';
  void killStepProcesses(stepKey).finally(() => process.exit(70));
}

leaveOutUnneeded();
const loading = import('./perform.ts');
loading.catch(() => undefined);
const channel = await openRunnerChannel(endOrphaned);
const { perform } = await loading;
const verdict = await perform(channel);
await channel.sendMessage({ type: 'verdict', verdict }).catch(() => undefined);
await channel.close();
// The Automation API may leave gRPC handles open, so the end is not left to the event loop.
process.exit(0);
