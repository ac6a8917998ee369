// The tables of a cluster's fields against the contract, the spec and the inputs of the stacks.
import { test } from 'tap';
import type { Schemas } from '../../services/contract/schemas.ts';
import {
  type ClusterRequest,
  type FieldRule,
  type ManagedCluster,
  requestFields,
  specFields,
  specGroups,
} from '../../services/domain/cluster-spec.ts';
import { diffCluster, layersTouched } from '../../services/domain/diff-cluster.ts';
import { type Layer, layers } from '../../services/domain/layers.ts';
import { listRangeNeeds, placeCluster } from '../../services/domain/ranges.ts';
import { planRanges } from '../helpers/plan-ranges.ts';
import { resolveCluster } from '../../services/domain/resolve-cluster.ts';
import { planSteps } from '../../services/domain/operation-kinds.ts';
import { findUnbuiltClusterFields } from '../../services/domain/unbuilt-fields.ts';
import type { LayerInputs } from '../../stacks/registry.ts';
import { buildContext, buildRequest, catalogue } from './fixtures.ts';

function resolve(changes: Partial<ClusterRequest> = {}): ManagedCluster {
  const draft = resolveCluster(buildRequest('eks', changes), buildContext('eks'));
  const claims = [{ pointer: '', provider: draft.provider, needs: listRangeNeeds(draft) }];
  const [ranges = []] = planRanges({ claims, pools: catalogue.ranges.defaultPools, taken: [], catalogue });
  return placeCluster(draft, ranges);
}

const another = (value: unknown): unknown => (typeof value === 'boolean' ? !value : { another: value });

test('every field of a spec has a rule: a change of it is fixed, or found and carried to the layers it names', async (t) => {
  const spec = resolve();
  const plain: Record<string, FieldRule> = specFields;
  for (const field of Object.keys(spec).filter((name) => name !== 'nodePools' && !(name in specGroups))) {
    const rule = plain[field];
    t.ok(rule !== undefined, `${field} stands in the table`);
    if (rule === undefined || rule.change === 'own') continue;
    const next = { ...spec, [field]: another(spec[field as keyof ManagedCluster]) };
    const { changed, immutable } = diffCluster(spec, next as ManagedCluster);
    const pointer = `/${rule.shownAs ?? field}`;
    t.same(changed, [pointer], `${field} is noticed`);
    t.same(immutable, rule.change === 'fixed' ? [pointer] : [], `${field} is ${rule.change}`);
    if (rule.change === 'free') t.same(layersTouched(changed), inOrder(rule.touches), `${field} goes to its layers`);
  }
});

test('every field of a group and of a pool has a rule that is kept', async (t) => {
  const spec = resolve();
  for (const [group, rules] of Object.entries(specGroups)) {
    for (const [field, { change }] of Object.entries(rules)) {
      const inner = spec[group as keyof typeof specGroups] as Record<string, unknown>;
      const next = { ...spec, [group]: { ...inner, [field]: another(inner[field]) } };
      const { changed, immutable } = diffCluster(spec, next);
      t.same(changed, [`/${group}/${field}`]);
      t.equal(immutable.length, change === 'fixed' ? 1 : 0, `/${group}/${field} is ${change}`);
    }
  }
  const [pool] = spec.nodePools;
  for (const field of Object.keys(pool ?? {}).filter((name) => name !== 'name')) {
    const next = { ...spec, nodePools: [{ ...pool, [field]: another(pool?.[field as keyof typeof pool]) }] };
    t.same(diffCluster(spec, next as ManagedCluster).changed, [`/nodePools/0/${field}`]);
  }
});

test('a field of a request that is not built is named, whatever it says', async (t) => {
  for (const [name, field] of Object.entries(requestFields)) {
    if (!('notBuilt' in field)) continue;
    const request = { ...buildRequest('eks'), [name]: { some: 'thing' } } as ClusterRequest;
    t.match(findUnbuiltClusterFields(request), [{ pointer: `/${name}`, message: `Not built yet: ${field.notBuilt}.` }]);
  }
});

test('a pointer to a field that the table does not have is a mistake of ours, not a change without layers', async (t) => {
  t.throws(() => layersTouched(['/colour']), /the table of fields has no colour/);
  t.throws(() => layersTouched(['/access/colour']), /no colour/);
  t.throws(() => layersTouched(['/nodePools/0/constructor']), /no constructor/);
});

test('the steps of a create go through the layers in their order', async (t) => {
  const steps = planSteps('create', { kind: 'cluster', federated: true });
  const found = steps.flatMap((step) => (step.kind === 'engine' ? [step.layer] : []));
  t.same(found, layers);
});

function inOrder(touched: readonly Layer[]): Layer[] {
  return layers.filter((layer) => touched.includes(layer));
}

// The compiler is the test here: what a layer is touched by is an input of its program, by the same name.
type Plain = typeof specFields;
type TouchedBy<L extends Layer> = {
  [F in keyof Plain]: L extends Plain[F]['touches'][number] ? F : never;
}[keyof Plain];
/** Tags travel with the identity of the stack; control planes on hosts have no program yet. */
type Elsewhere = 'tags' | 'controlPlane';
type Missing<L extends Layer> = Exclude<TouchedBy<L>, keyof LayerInputs[L] | Elsewhere>;
type Never<T extends never> = T;
export type EveryTouchingFieldIsAnInput = [
  Never<Missing<'network'>>,
  Never<Missing<'cluster'>>,
  Never<Missing<'addons'>>,
  Never<Missing<'membership'>>,
];
/** A field of the contract without a row, and a row without a field, do not compile. */
export type EveryRequestFieldHasARow = [
  Never<Exclude<keyof Schemas['ClusterRequest'], keyof typeof requestFields>>,
  Never<Exclude<keyof typeof requestFields, keyof Schemas['ClusterRequest']>>,
];
