// The life of a plugin process: it serves one provider on loopback, says its port, and goes when its engine goes.
import grpc from '@grpc/grpc-js';
import providerService from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import type { Provider } from './provider.ts';
import { buildService } from './service.ts';

const UNLIMITED = -1;
const PARENT_CHECK_MILLISECONDS = 1000;

/** Serves a provider until the engine that started this process has gone. Prints the port as the first line. */
export async function serveProvider(provider: Provider): Promise<void> {
  const cancelled = new AbortController();
  const server = new grpc.Server({
    'grpc.max_receive_message_length': UNLIMITED,
    'grpc.max_send_message_length': UNLIMITED,
  });
  server.addService(providerService.ResourceProviderService, buildService(provider, cancelled));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  leaveWithEngine(() => {
    cancelled.abort(new Error('the engine has gone'));
    server.forceShutdown();
    process.exit(0);
  });
  process.stdout.write(`${port}\n`);
}

/**
 * The engine gives each plugin a process group of its own, so nobody kills it when the engine dies by a signal. Its
 * stdin closes then, and its parent changes; either is enough.
 */
function leaveWithEngine(leave: () => void): void {
  const parent = process.ppid;
  process.stdin.on('end', leave).on('error', leave).resume();
  // When it is done the engine interrupts the plugin's group and waits five seconds before it kills. A Ctrl-C in a terminal does not
  // come here, because that group is the plugin's own; the engine asks by Cancel then.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, leave);
  setInterval(() => {
    if (process.ppid !== parent) leave();
  }, PARENT_CHECK_MILLISECONDS).unref();
}
