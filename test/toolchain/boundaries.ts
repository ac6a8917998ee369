import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'tap';
import { createTestDirectory } from '../helpers/directory.ts';

const root = join(import.meta.dirname, '..', '..');

/** Runs the rule file over a small tree and returns the names of the rules that it breaks. */
async function findBreaches(
  t: Parameters<typeof createTestDirectory>[0],
  files: Record<string, string>,
): Promise<string[]> {
  const directory = await createTestDirectory(t);
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(directory, 'tsconfig.json'),
    '{"compilerOptions":{"allowImportingTsExtensions":true,"noEmit":true}}',
  );
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(directory, dirname(path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  const args = [
    '--config',
    join(root, '.dependency-cruiser.cjs'),
    '--output-type',
    'json',
    'services',
    'stacks',
    'catalogue',
  ];
  const { stdout } = await promisify(execFile)(join(root, 'node_modules/.bin/depcruise'), args, {
    cwd: directory,
  }).catch((failure: { stdout: string }) => failure);
  const report = JSON.parse(stdout) as { summary: { violations: { rule: { name: string }; from: string }[] } };
  return report.summary.violations.map(({ rule, from }) => `${from}: ${rule.name}`).sort();
}

const empty = { 'catalogue/c.ts': '', 'stacks/contract.ts': '', 'services/domain/d.ts': '' };

test('Imports within the table are fine', async (t) => {
  const breaches = await findBreaches(t, {
    ...empty,
    'services/domain/d.ts': "import '../../catalogue/c.ts';",
    'services/store/s.ts': "import '../domain/d.ts';",
    'services/worker/main.ts': "import '../store/s.ts';\nimport '../engine/e.ts';",
    'services/engine/e.ts': "import '../../stacks/contract.ts';",
    'services/quickstart/q.ts': "import '../worker/main.ts';",
  });
  t.same(breaches, []);
});

test('Each breach of the table is found', async (t) => {
  const breaches = await findBreaches(t, {
    ...empty,
    'services/config.ts': 'export const value = 1;',
    'services/engine/e.ts': '',
    'services/worker/main.ts': '',
    'services/store/s.ts': "import '../engine/e.ts';",
    'services/domain/d.ts': "import 'node:fs';",
    'services/api/a.ts': "import '../engine/e.ts';",
    'services/api/b.ts': "import '../../stacks/contract.ts';",
    'services/api/f.ts': "import { value } from '../config.ts';\nexport default value;",
    'services/queue/q.ts': "import '../worker/main.ts';",
    'stacks/clusters/eks/e.ts': "import '../aks/a.ts';",
    'stacks/clusters/aks/a.ts': "import 'node:child_process';",
    'stacks/membership/m.ts': "import '../../services/domain/d.ts';",
    'stacks/names.ts': "import './clusters/aks/a.ts';",
    'stacks/registry.ts': "import './clusters/aks/a.ts';",
    'services/engine/p.ts': "import '../../stacks/membership/m.ts';",
    'services/access/clouds/aws.ts': "import './azure.ts';",
    'services/access/clouds/azure.ts': '',
    'services/access/clouds/registry.ts': "import './aws.ts';",
    'catalogue/x.ts': "import '../services/domain/d.ts';",
  });
  t.same(breaches, [
    'catalogue/x.ts: catalogue-imports-only-its-table',
    'services/access/clouds/aws.ts: a-cloud-does-not-import-a-sibling',
    'services/api/a.ts: services-api-imports-only-its-table',
    'services/api/b.ts: services-api-imports-only-its-table',
    'services/api/f.ts: only-mains-read-the-configuration',
    'services/domain/d.ts: domain-is-pure',
    'services/engine/p.ts: only-the-registry-knows-the-providers',
    'services/queue/q.ts: nobody-imports-a-main',
    'services/queue/q.ts: services-queue-imports-only-its-table',
    'services/store/s.ts: services-store-imports-only-its-table',
    'stacks/clusters/aks/a.ts: stacks-do-not-touch-processes-or-files',
    'stacks/clusters/eks/e.ts: a-provider-does-not-import-a-sibling',
    'stacks/membership/m.ts: stacks-imports-only-its-table',
    'stacks/names.ts: only-the-registry-knows-the-providers',
  ]);
});
