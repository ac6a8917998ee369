import { test } from 'tap';
import { layers } from '../../services/domain/layers.ts';
import { isManagedProvider, providers } from '../../services/domain/providers/registry.ts';
import { getStepDeadline } from '../../services/domain/step-deadlines.ts';

const minutes = 60;

test('every engine step of every provider has a deadline, and none comes before the cloud may be through', async (t) => {
  const least = { eks: 90, aks: 90, gke: 70 } as const;
  for (const provider of providers.filter(isManagedProvider)) {
    for (const layer of layers)
      for (const action of ['up', 'destroy', 'refresh', 'preview']) {
        const seconds = getStepDeadline({ kind: 'engine', action, layer }, provider) ?? Infinity;
        t.ok(seconds >= 10 * minutes && seconds <= 180 * minutes, `${provider} ${action} ${layer}: ${seconds} s`);
      }
    const making = getStepDeadline({ kind: 'engine', action: 'up', layer: 'cluster' }, provider) ?? 0;
    t.ok(making >= least[provider] * minutes, `a control plane and its pools of ${provider}`);
  }
});

test('what asks servers is stopped within minutes, and waiting for children has no end of its own', async (t) => {
  const plain = (kind: string, action: string) => getStepDeadline({ kind, action, layer: null }, undefined);
  t.equal(plain('check', 'reachable'), 5 * minutes);
  t.equal(plain('hub', 'check'), 5 * minutes);
  t.equal(plain('hub', 'member-ready'), 15 * minutes);
  t.equal(plain('hub', 'drain'), 15 * minutes);
  t.equal(plain('wait', 'children'), null);
  t.type(plain('record', 'unheard-of'), 'number', 'a step that this program does not know is not given for ever');
});
