import { test } from 'tap';
import { buildRunnerEnvironment } from '../../../services/engine/runner-environment.ts';

const base = {
  PATH: '/usr/bin',
  HOME: '/home/worker',
  DATABASE_URL: 'postgres://secret',
  FLEETYARD_MASTER_KEY_FILE: '/key',
};

test('hardening 15: the engine fetches no plugin by itself, for real clouds neither', async (t) => {
  for (const simulated of [true, false]) {
    const environment = buildRunnerEnvironment({
      base: { ...base, PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: '0', PULUMI_IGNORE_AMBIENT_PLUGINS: '0' },
      stepKey: 'key',
      home: '/home/pulumi',
      access: { simulated, variables: {} },
    });
    t.match(environment, {
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: '1',
      PULUMI_IGNORE_AMBIENT_PLUGINS: '1',
      PULUMI_HOME: '/home/pulumi',
    });
    t.notOk('DATABASE_URL' in environment || 'FLEETYARD_MASTER_KEY_FILE' in environment, 'and learns nothing more');
  }
});
