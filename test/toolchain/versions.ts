import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { compareVersions, GO_MINIMUM, NODE_MINIMUM, PULUMI_VERSION } from '../../toolchain/versions.mjs';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('The Pulumi CLI is the version of the SDK', async (t) => {
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
  t.equal(dependencies['@pulumi/pulumi'], PULUMI_VERSION);
});

test('The pinned Node.js is one version on all platforms, and new enough', async (t) => {
  const { optionalDependencies } = JSON.parse(read('package.json')) as { optionalDependencies: Record<string, string> };
  const versions = Object.entries(optionalDependencies).filter(([name]) => name.startsWith('node-'));
  t.ok(versions.length >= 2);
  t.equal(new Set(versions.map(([, version]) => version)).size, 1);
  for (const [name, version] of versions) t.ok(compareVersions(version, NODE_MINIMUM) >= 0, name);
});

test('The Go module builds that version with a Go that the finder accepts', async (t) => {
  const module = read('toolchain/pulumi/go.mod');
  t.match(module, `github.com/pulumi/pulumi/pkg/v3 v${PULUMI_VERSION}`);
  t.match(module, `github.com/pulumi/pulumi/sdk/v3 v${PULUMI_VERSION}`);
  const wanted = /^go (\S+)$/m.exec(module)?.[1] ?? '';
  t.equal(compareVersions(wanted.split('.').slice(0, 2).join('.'), GO_MINIMUM.split('.').slice(0, 2).join('.')), 0);
});

test('Versions compare by their numbers', async (t) => {
  t.ok(compareVersions('go1.26.8', '1.25.0') > 0, 'a prefix does not count');
  t.ok(compareVersions('3.9.0', '3.10.0') < 0, 'numbers, not letters');
  t.equal(compareVersions('v3.259.0', '3.259.0'), 0);
  t.ok(compareVersions('', '1.0.0') < 0, 'no version is older than any');
});
