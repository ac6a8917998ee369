// The copy of an object that a cluster gets, as Karmada would make it.
import { test } from 'tap';
import { renderCopy } from '../../../services/domain/placements/apply-overrides.ts';

const manifest = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'cart' },
  spec: {
    replicas: 4,
    template: {
      spec: {
        initContainers: [{ name: 'prepare', image: 'busybox' }],
        containers: [
          { name: 'cart', image: 'registry.example:5000/shop/cart@sha256:1', args: ['--a', '--b'] },
          { name: 'side', image: 'envoy:1' },
        ],
      },
    },
  },
};
type Copy = typeof manifest & { metadata: { labels?: Record<string, string> }; spec: { paused?: unknown } };
const copyOf = (...overrides: Parameters<typeof renderCopy>[2]) => renderCopy(manifest, 2, overrides);
const containersOf = (copy: { manifest: unknown }) => (copy.manifest as Copy).spec.template.spec.containers;

test('the registry of every container is replaced, with or without one of its own', async (t) => {
  const copy = copyOf({ imageRegistry: 'mirror.example' });
  t.match(containersOf(copy), [{ image: 'mirror.example/shop/cart@sha256:1' }, { image: 'mirror.example/envoy:1' }]);
  const { spec } = copy.manifest as Copy;
  t.equal(spec.template.spec.initContainers[0]?.image, 'busybox', 'Karmada leaves these alone');
  t.equal(spec.replicas, 2);
  t.equal(manifest.spec.replicas, 4, 'the object itself stays');
});

test('arguments and labels are changed', async (t) => {
  const copy = copyOf({ args: [{ container: 'cart', remove: ['--a'], add: ['--c'] }], labels: { site: 'x' } });
  t.same(containersOf(copy)[0]?.args, ['--b', '--c']);
  t.equal(containersOf(copy)[1]?.args, undefined);
  t.same((copy.manifest as Copy).metadata.labels, { site: 'x' });
});

test('patches are applied in their order, and one without a place is noted', async (t) => {
  const copy = copyOf({
    patches: [
      { op: 'add', path: '/spec/paused', value: true },
      { op: 'replace', path: '/spec/template/spec/containers/1/image', value: 'envoy:2' },
      { op: 'remove', path: '/spec/template/spec/containers/0/args/0' },
      { op: 'add', path: '/spec/template/spec/containers/0/args/-', value: '--z' },
      { op: 'replace', path: '/spec/nothing/here', value: 1 },
    ],
  });
  t.match(copy.manifest, { spec: { paused: true } });
  t.match(containersOf(copy), [{ args: ['--b', '--z'] }, { image: 'envoy:2' }]);
  t.match(copy.notes, [/\/spec\/nothing\/here/]);
  const hostile = copyOf({ patches: [{ op: 'add', path: '/__proto__/polluted', value: 1 }] });
  t.equal(hostile.notes.length, 1);
  t.equal((Object.prototype as Record<string, unknown>)['polluted'], undefined);
});
