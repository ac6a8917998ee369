// The simulated clouds' daemon: `node services/simulator/main.ts --data DIR [--port N] [--time-scale X]`.
import { parseArgs } from 'node:util';
import { startSimulator } from './start-simulator.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '.fleetyard/simulator' },
    port: { type: 'string' },
    'time-scale': { type: 'string', default: '1' },
  },
});

const timeScale = Number(values['time-scale']);
if (!Number.isFinite(timeScale) || timeScale < 0) throw new Error('--time-scale is a number of 0 or more');

const simulator = await startSimulator({
  dataDir: values.data,
  timeScale,
  ...(values.port === undefined ? {} : { port: Number(values.port) }),
});
process.stdout.write(`${JSON.stringify({ ready: true, simulated: true, url: simulator.url, pid: process.pid })}\n`);

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopping) process.exit(1);
    stopping = true;
    simulator.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
