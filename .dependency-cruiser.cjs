// The rooms of the house and who may import whom. ARCHITECTURE.md explains it; `npm run check` fails on a breach.

/** Each room with the rooms it may import, besides itself and the contract, which anyone may import. */
const ROOMS = {
  catalogue: [],
  'services/config.ts': ['services/process', 'services/outgoing'],
  'services/process': [],
  'services/contract': [],
  'services/domain': ['catalogue'],
  'services/store': ['services/domain'],
  'services/queue': ['services/domain'],
  'services/vault': [],
  'services/outgoing': [],
  'services/access': ['services/domain', 'services/vault', 'services/outgoing'],
  'services/changes': ['catalogue', 'services/domain', 'services/store'],
  'services/federation': ['services/domain', 'services/access', 'services/outgoing'],
  'services/engine': ['services/domain', 'stacks', 'toolchain'],
  'services/api': [
    'catalogue',
    'services/config.ts',
    'services/process',
    'services/changes',
    'services/domain',
    'services/store',
    'services/queue',
    'services/vault',
    'services/access',
    'services/federation',
  ],
  'services/worker': [
    'catalogue',
    'services/config.ts',
    'services/process',
    'services/changes',
    'services/domain',
    'services/store',
    'services/queue',
    'services/vault',
    'services/access',
    'services/federation',
    'services/outgoing',
    'services/engine',
    'plugins/simulated',
    'stacks',
    'toolchain',
  ],
  'services/backup': ['services/config.ts', 'services/process', 'services/store', 'services/vault', 'toolchain'],
  'services/simulator': ['services/domain', 'catalogue', 'plugins/kit', 'toolchain'],
  'services/simulator/ledger': [],
  'services/simulator/clouds': ['services/domain', 'catalogue', 'plugins/kit', 'services/simulator/ledger'],
  'services/simulator/control-planes': ['plugins/kit', 'services/simulator/ledger', 'services/simulator/clouds'],
  'services/simulator/daemon': [
    'services/domain',
    'plugins/kit',
    'services/simulator/ledger',
    'services/simulator/clouds',
    'services/simulator/control-planes',
  ],
  'services/simulator/cli': ['services/simulator/ledger'],
  'services/quickstart': ['toolchain', 'services/config.ts', 'services/vault', 'services/[^/]+/main[.]ts'],
  'services/console': [],
  'services/cli': [],
  stacks: [],
  'plugins/kit': [],
  'plugins/simulated': ['plugins/kit'],
  toolchain: [],
};

const HOUSE = '^(catalogue|services|stacks|plugins|migrations|toolchain|test|bench)/';
const PLACE = (room) => `^${room.endsWith('.ts') ? room.replace('.', '[.]') + '$' : `${room}/`}`;

const roomRules = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `${room.replaceAll('/', '-')}-imports-only-its-table`,
  comment: `${room} may import ${['itself', 'services/contract', ...allowed].join(', ')}; see ARCHITECTURE.md`,
  severity: 'error',
  from: { path: PLACE(room) },
  to: {
    path: HOUSE,
    pathNot: [
      PLACE(room),
      PLACE('services/contract'),
      ...allowed.map((name) => (name.endsWith('[.]ts') ? `^${name}$` : PLACE(name))),
    ],
  },
}));

const npm = (names) => `^node_modules/(${names})(/|$)`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'only-mains-read-the-configuration',
      comment:
        'Parts get what they need as arguments; only main.ts files and the quickstart compose. Types may be shared.',
      severity: 'error',
      from: { path: '^services/', pathNot: ['/main[.]ts$', '^services/quickstart/', '^services/config[.]ts$'] },
      to: { path: '^services/config[.]ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nobody-imports-a-main',
      comment: 'A main is a process. Only the quickstart and tests may start one.',
      severity: 'error',
      from: { pathNot: ['^services/quickstart/', '^test/'] },
      to: { path: '/main[.]ts$' },
    },
    {
      name: 'domain-is-pure',
      comment: 'No processes, files, sockets or clients of servers in the domain.',
      severity: 'error',
      from: { path: '^services/domain/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|util|net)$' },
    },
    {
      name: 'domain-uses-pure-libraries',
      severity: 'error',
      from: { path: '^services/domain/' },
      to: { path: '^node_modules/', pathNot: npm('ipaddr[.]js|uuidv7|yaml|ajv|ajv-formats') },
    },
    {
      name: 'only-the-engine-and-stacks-know-pulumi',
      comment: 'The API never imports Pulumi, the worker only supervises: inline programs run in the runner alone.',
      severity: 'error',
      from: { path: '^(services|catalogue|toolchain)/', pathNot: '^services/engine/' },
      to: { path: npm('@pulumi') },
    },
    {
      name: 'only-the-store-speaks-sql',
      severity: 'error',
      from: { path: '^(services|stacks|catalogue)/', pathNot: '^services/store/' },
      to: { path: npm('postgres|pg'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-the-queue-speaks-bullmq',
      severity: 'error',
      from: { path: '^(services|stacks|catalogue)/', pathNot: '^services/queue/' },
      to: { path: npm('bullmq') },
    },
    {
      name: 'a-provider-does-not-import-a-sibling',
      comment: 'eks, aks, gke and kubeadm share only the files at the top of stacks/.',
      severity: 'error',
      from: { path: '^stacks/clusters/([^/]+)/' },
      to: { path: '^stacks/clusters/', pathNot: '^stacks/clusters/$1/' },
    },
    {
      name: 'only-the-registry-knows-the-providers',
      comment: 'Shared mechanics and services ask stacks/registry.ts; adding a provider is a folder and a row there.',
      severity: 'error',
      from: { path: '^(services|stacks)/', pathNot: ['^stacks/registry[.]ts$', '^stacks/(clusters|membership)/'] },
      to: { path: '^stacks/(clusters|membership)/' },
    },
    {
      name: 'a-cloud-does-not-import-a-sibling',
      comment: 'The clouds share only the interface that they fill.',
      severity: 'error',
      from: { path: '^services/access/clouds/', pathNot: '/registry[.]ts$' },
      to: { path: '^services/access/clouds/', pathNot: '/cloud-access[.]ts$' },
    },
    {
      name: 'programs-import-only-the-top-of-stacks',
      severity: 'error',
      from: { path: '^stacks/(clusters|membership)/' },
      to: {
        path: '^stacks/(clusters|membership)/[^/]+',
        pathNot: ['^stacks/clusters/', '^stacks/membership/'],
      },
    },
    {
      name: 'clusters-and-membership-are-apart',
      severity: 'error',
      from: { path: '^stacks/(clusters|membership)/' },
      to: { path: '^stacks/(clusters|membership)/', pathNot: '^stacks/$1/' },
    },
    {
      name: 'plugins-use-only-their-protocol',
      comment: 'A plugin starts many times in a step: it loads what speaks to the engine, and no SDK.',
      severity: 'error',
      from: { path: '^plugins/' },
      to: { path: '^node_modules/', pathNot: npm('@grpc/grpc-js|@pulumi/pulumi/proto|@types|google-protobuf|yaml') },
    },
    {
      name: 'stacks-do-not-touch-processes-or-files',
      comment: 'A program is a function of its inputs.',
      severity: 'error',
      from: { path: '^stacks/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|util|net)$' },
    },
    {
      name: 'toolchain-needs-nothing-installed',
      comment: 'It runs before npm ci.',
      severity: 'error',
      from: { path: '^toolchain/' },
      to: { path: '^node_modules/' },
    },
    {
      name: 'no-development-dependency-in-production',
      severity: 'error',
      from: { path: '^(services|stacks|plugins|catalogue)/', pathNot: '/generate[.]ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      comment: 'Circles of types count too: they tie files together as much as any other.',
      to: { circular: true },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^node:' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
    exclude: { path: ['^[.]tap/', '^[.]fleetyard/', '^toolchain/pulumi/'] },
  },
};
