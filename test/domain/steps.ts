import { test } from 'tap';
import { planSteps } from '../../services/domain/operation-kinds.ts';
import { isForgiving, type Step } from '../../services/domain/steps.ts';
import { layersTouched } from '../../services/domain/diff-cluster.ts';

const print = (steps: readonly Step[]): string[] =>
  steps.map((step) => [step.kind, step.action, ...('layer' in step ? [step.layer] : [])].join(' '));

test('a cluster is made from the network up, checked, and joined when it belongs to a federation', async (t) => {
  t.same(print(planSteps('create', { kind: 'cluster', federated: false })), [
    'engine up network',
    'engine up cluster',
    'check reachable',
    'engine up addons',
  ]);
  t.same(print(planSteps('create', { kind: 'cluster', federated: true })), [
    'engine up network',
    'engine up cluster',
    'check reachable',
    'engine up addons',
    'engine up membership',
    'hub member-ready',
  ]);
});

test('an update runs the layers that the change touches', async (t) => {
  const update = (changed: string[], federated = true) =>
    print(planSteps('update', { kind: 'cluster', federated, touched: layersTouched(changed) }));
  t.same(update(['/nodePools/0/count']), ['engine up cluster', 'check reachable']);
  t.same(update(['/labels']), ['engine up membership', 'hub member-ready']);
  t.same(update(['/labels'], false), []);
  t.same(update(['/tags']), ['engine up network', 'engine up cluster', 'check reachable']);
  t.same(update(['/protect', '/requestedVersion', '/nodePools/1/machine']), [], 'what the cloud does not know');
});

test('a cluster is taken down in reverse, as far as it was made', async (t) => {
  t.same(print(planSteps('delete', { kind: 'cluster', federated: true })), [
    'hub drain',
    'engine destroy membership',
    'engine destroy addons',
    'engine destroy cluster',
    'engine destroy network',
  ]);
  t.same(print(planSteps('delete', { kind: 'cluster', federated: true, touched: ['network'] })), [
    'engine destroy network',
  ]);
  t.same(print(planSteps('delete', { kind: 'cluster', federated: false, touched: [] })), []);
});

test('a fleet waits for its clusters, a federation asks its hub', async (t) => {
  t.same(print(planSteps('update', { kind: 'fleet' })), ['wait children']);
  t.same(print(planSteps('create', { kind: 'federation' })), ['hub check']);
  t.same(print(planSteps('delete', { kind: 'federation' })), ['hub detach']);
});

test('what is let go of is only written down; a forced deletion does so at its end', async (t) => {
  const cluster = { kind: 'cluster', federated: true } as const;
  t.same(print(planSteps('abandon', cluster)), ['record abandon'], 'nothing is asked of a cloud');
  t.same(print(planSteps('abandon', { kind: 'federation' })), ['record abandon']);
  t.same(print(planSteps('delete', { ...cluster, force: true })), [
    'engine destroy membership',
    'engine destroy addons',
    'engine destroy cluster',
    'engine destroy network',
    'record abandon',
  ]);
  t.same(print(planSteps('delete', { kind: 'federation', force: true })), ['hub detach', 'record abandon']);
  t.notOk(isForgiving(planSteps('delete', cluster)), 'a plain deletion ends with what fails');
  t.ok(isForgiving(planSteps('delete', { ...cluster, force: true })));
});
