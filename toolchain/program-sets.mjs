// The programs of local control planes and of the federation's hub: which belong together, where each set is built from, and how a
// program says its version.

/**
 * @typedef {object} ProgramSet
 * @property {string} subject what people are told is being prepared
 * @property {string} version without a leading v
 * @property {string} module the directory that holds go.mod and go.sum, from toolchain/ on
 * @property {Readonly<Record<string, string>>} programs the import path of each program's main package
 * @property {string} ldflags
 * @property {readonly string[]} versionArguments what makes a program say its version
 * @property {{ module: string, folders: Readonly<Record<string, string>> }} [files] what else of a module is needed: its folders, by the
 *   name that each is kept under beside the programs
 */

const KUBERNETES_VERSION = '1.34.3';
const ETCD_VERSION = '3.6.8';
const KWOK_VERSION = '0.7.0';
const KARMADA_VERSION = '1.12.0';

/** @param {string} variable @param {string} value */
const stamp = (variable, value) => `-X ${variable}=${value}`;

/** @param {string} path */
const kubernetes = (path) => `k8s.io/kubernetes/cmd/${path}`;
/** @param {string} path */
const karmada = (path) => `github.com/karmada-io/karmada/cmd/${path}`;

/** In the order in which they are needed: what starts first is built first. */
export const PROGRAM_SETS = /** @type {const} @satisfies {Readonly<Record<string, ProgramSet>>} */ ({
  etcd: {
    subject: 'etcd',
    version: ETCD_VERSION,
    module: 'etcd',
    programs: { etcd: 'go.etcd.io/etcd/server/v3' },
    ldflags: '-s -w',
    versionArguments: ['--version'],
  },
  kubernetes: {
    subject: 'Kubernetes',
    version: KUBERNETES_VERSION,
    module: 'kubernetes',
    programs: {
      'kube-apiserver': kubernetes('kube-apiserver'),
      'kube-controller-manager': kubernetes('kube-controller-manager'),
      'kube-scheduler': kubernetes('kube-scheduler'),
      kubectl: kubernetes('kubectl'),
    },
    // Every program says the version in two ways: the component's own, and the one by which clients judge what a server can do.
    ldflags: [
      '-s -w',
      ...['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((path) => [
        stamp(`${path}.gitVersion`, `v${KUBERNETES_VERSION}`),
        stamp(`${path}.gitMajor`, '1'),
        stamp(`${path}.gitMinor`, KUBERNETES_VERSION.split('.')[1] ?? ''),
      ]),
    ].join(' '),
    versionArguments: ['--version'],
  },
  kwok: {
    subject: 'kwok',
    version: KWOK_VERSION,
    module: 'kwok',
    programs: { kwok: 'sigs.k8s.io/kwok/cmd/kwok', kwokctl: 'sigs.k8s.io/kwok/cmd/kwokctl' },
    ldflags: '-s -w',
    versionArguments: ['--version'],
  },
  karmada: {
    subject: 'Karmada',
    version: KARMADA_VERSION,
    module: 'karmada',
    programs: {
      'karmada-aggregated-apiserver': karmada('aggregated-apiserver'),
      'karmada-controller-manager': karmada('controller-manager'),
      'karmada-scheduler': karmada('scheduler'),
      'karmada-webhook': karmada('webhook'),
      karmadactl: karmada('karmadactl'),
    },
    ldflags: ['-s -w', stamp('github.com/karmada-io/karmada/pkg/version.gitVersion', `v${KARMADA_VERSION}`)].join(' '),
    versionArguments: ['version'],
    files: {
      module: 'github.com/karmada-io/karmada',
      folders: { crds: 'charts/karmada/_crds', deploy: 'artifacts/deploy' },
    },
  },
});

/** @typedef {keyof typeof PROGRAM_SETS} ProgramSetName */
/** @typedef {{ [S in ProgramSetName]: keyof typeof PROGRAM_SETS[S]['programs'] }[ProgramSetName]} ProgramName */

/** @param {ProgramSetName} name @returns {ProgramSet} */
export function getProgramSet(name) {
  return PROGRAM_SETS[name];
}

/** @returns {ProgramSetName[]} */
export function listProgramSets() {
  return /** @type {ProgramSetName[]} */ (Object.keys(PROGRAM_SETS));
}

/** @returns {ProgramName[]} every program */
export function listPrograms() {
  return /** @type {ProgramName[]} */ (listProgramSets().flatMap((set) => Object.keys(getProgramSet(set).programs)));
}

/** What makes a program of a set say its version; one of them is different. @param {ProgramSet} set @param {string} program */
export function getVersionArguments(set, program) {
  return program === 'kubectl' ? ['version', '--client'] : [...set.versionArguments];
}
