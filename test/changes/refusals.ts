// Whatever refuses a change says which calls lead out, unless the request itself says it.
import { test } from 'tap';
import { type ProblemCode, problemTypes } from '../../services/api/problems.ts';
import { applyFleet } from '../../services/changes/apply-fleet.ts';
import { cancelOperation } from '../../services/changes/cancel-operation.ts';
import { createAddressSpace } from '../../services/changes/create-address-space.ts';
import { createFederation } from '../../services/changes/create-federation.ts';
import { createPlacement } from '../../services/changes/create-placement.ts';
import { createProject } from '../../services/changes/create-project.ts';
import { createToken } from '../../services/changes/create-token.ts';
import { deleteAddressSpace } from '../../services/changes/delete-address-space.ts';
import { deleteCluster } from '../../services/changes/delete-cluster.ts';
import { deleteCredential } from '../../services/changes/delete-credential.ts';
import { deleteFederation } from '../../services/changes/delete-federation.ts';
import { deleteFleet } from '../../services/changes/delete-fleet.ts';
import { deletePlacement } from '../../services/changes/delete-placement.ts';
import { retryOperation } from '../../services/changes/retry-operation.ts';
import { type ErrorCode, errorCodes, FleetyardError, type LeadingCode } from '../../services/domain/errors.ts';
import { createCredential } from '../../services/store/credentials.ts';
import { findEndpoint } from '../helpers/named-calls.ts';
import {
  addCluster,
  addFleet,
  clusterRequest,
  fleetRequest,
  openTestApplication,
  type TestApplication,
} from './fixtures.ts';
import { walkAll } from './walk.ts';

/** Why a refusal of the kind needs no call beside it. A type that stands neither here nor among the leading ones does not compile. */
const reasons: Record<Exclude<ProblemCode, LeadingCode>, string> = {
  'malformed-body': 'the same call with a body that can be read',
  'invalid-parameter': 'the same call with the parameter that is named put right',
  unauthenticated: 'the same call with a valid token',
  forbidden: 'the same call with a token of the role that is named',
  'not-found': 'there is nothing to be led out of',
  'method-not-allowed': 'the methods that are allowed are named by a header',
  'range-exhausted': 'the same call with a range or a pool given; the field is named',
  'range-overlap': 'the same call with another range; the field is named',
  'illegal-transition': 'a mistake of ours, seen by workers alone',
  'idempotency-in-flight': 'the same call again, after the time that a header names',
  'precondition-failed': 'the same call after the resource was read again, with the generation that is named',
  'payload-too-large': 'the same call with less',
  'unsupported-media-type': 'the same call with a body of a type that is named',
  validation: 'the same call with the fields that are named put right',
  'not-built-yet': 'the same call without the fields that are named',
  'range-invalid': 'the same call with another range; the field is named',
  'credential-mismatch': 'the same call with another credential; the field is named',
  'immutable-field': 'the same call with the field as it was; the field is named',
  'idempotency-key-reused': 'the same call with another key',
  'rate-limited': 'the same call again, after the time that a header names',
  'lease-lost': 'a mistake of ours, seen by workers alone',
  internal: 'a mistake of ours',
  unavailable: 'the same call again, after the time that a header names',
};

type Refused = (test: TestApplication) => Promise<unknown>;

const select = { apiVersion: 'apps/v1', kind: 'Deployment' };
const placementRequest = (federation: string, name = 'cart') => ({ name, federation, select });

const named = (idOrName: string) => ({ idOrName });

/** Each way to be refused. */
const refusals: Record<LeadingCode, Record<string, Refused>> = {
  'name-taken': {
    cluster: async (test) => {
      await addCluster(test);
      return addCluster(test);
    },
    fleet: async (test) => {
      await addFleet(test);
      return addFleet(test);
    },
    'member of a fleet': async (test) => {
      await addCluster(test, { name: 'one' });
      return addFleet(test);
    },
    'federation of a fleet': async (test) => {
      await addFleet(test);
      await test.work((tx) => tx.sql`update fleets set name = 'other'`);
      return addFleet(test, { clusters: [clusterRequest({ name: 'two' })] });
    },
    credential: ({ work }) =>
      work((tx) =>
        createCredential(tx, { name: 'demo-aws', provider: 'aws', simulated: true, attributes: {}, secret: {} }),
      ),
    'address space': ({ change }) => {
      const make = () => change((unit) => createAddressSpace(unit, { name: 'other', pools: { nodes: '10.9.0.0/16' } }));
      return make().then(make);
    },
    project: ({ systemChange }) => systemChange((unit) => createProject(unit, { name: 'first' })),
    token: ({ change }) => {
      const make = (hash: string) =>
        change((unit) => createToken(unit, { name: 'ci', role: 'viewer' }, Buffer.from(hash.repeat(32))));
      return make('a').then(() => make('b'));
    },
  },
  'in-use': {
    credential: async (test) => {
      await addCluster(test);
      return test.change((unit) => deleteCredential(unit, 'demo-aws'));
    },
    'credential of a hub': async (test) => {
      await addFleet(test);
      return test.change((unit) => deleteCredential(unit, 'demo-hub'));
    },
    'address space of a cluster': async (test) => {
      await addCluster(test);
      return test.change((unit) => deleteAddressSpace(unit, 'default'));
    },
    'address space of a fleet': async (test) => {
      await addFleet(test);
      return test.change((unit) => deleteAddressSpace(unit, 'default'));
    },
    'member that a document names': async (test) => {
      await addFleet(test);
      return test.change((unit) => deleteCluster(unit, named('one')));
    },
    'federation of a fleet': async (test) => {
      await addFleet(test);
      return test.change((unit) => deleteFederation(unit, named('pair')));
    },
    'federation with placements': async (test) => {
      const hub = { credential: 'demo-hub' };
      await test.change((unit) => createFederation(unit, { name: 'hub', engine: 'karmada', hub }));
      await addCluster(test, { federation: 'hub' });
      await test.change((unit) => createPlacement(unit, placementRequest('hub')));
      await test.work((tx) => tx.sql`update clusters set federation_id = null`);
      return test.change((unit) => deleteFederation(unit, named('hub')));
    },
    'fleet whose federation has placements from elsewhere': async (test) => {
      await addFleet(test);
      await test.change((unit) => createPlacement(unit, placementRequest('pair')));
      return test.change((unit) => deleteFleet(unit, named('pair')));
    },
    'fleet whose federation has members from elsewhere': async (test) => {
      await addFleet(test);
      await addCluster(test, { name: 'guest', federation: 'pair' });
      return test.change((unit) => deleteFleet(unit, named('pair')));
    },
  },
  protected: {
    cluster: async (test) => {
      await addCluster(test, { protect: true });
      return test.change((unit) => deleteCluster(unit, named('web')));
    },
    fleet: async (test) => {
      await addFleet(test, { clusters: [clusterRequest({ name: 'one', protect: true })] });
      return test.change((unit) => deleteFleet(unit, named('pair')));
    },
    'member that is pruned': async (test) => {
      const clusters = [clusterRequest({ name: 'one' }), clusterRequest({ name: 'two', protect: true })];
      await addFleet(test, { clusters });
      await walkAll(test);
      const request = { ...fleetRequest(), prune: true };
      return test.change((unit) => applyFleet(unit, { request, ...named('pair') }));
    },
  },
  conflict: {
    'placement that may select what another does': async (test) => {
      await addFleet(test);
      await test.change((unit) => createPlacement(unit, placementRequest('pair')));
      return test.change((unit) => createPlacement(unit, placementRequest('pair', 'more')));
    },
    'placement that a document names': async (test) => {
      await addFleet(test, { placements: [{ name: 'cart', select }] });
      return test.change((unit) => deletePlacement(unit, named('cart')));
    },
    'retry of what runs': async (test) => {
      const { operation } = await addCluster(test);
      return test.change((unit) => retryOperation(unit, operation?.id ?? ''));
    },
    'cancel of what has ended': async (test) => {
      const { operation } = await addCluster(test);
      await walkAll(test);
      return test.change((unit) => cancelOperation(unit, operation?.id ?? ''));
    },
    'rollback of what made nothing': async (test) => {
      await addCluster(test);
      await walkAll(test);
      const { operation } = await test.change((unit) => deleteCluster(unit, named('web')));
      return test.change((unit) => cancelOperation(unit, operation?.id ?? '', { rollback: true }));
    },
    'retry of a federation whose members stand': async (test) => {
      await addFleet(test);
      await walkAll(test);
      const { children } = await test.change((unit) => deleteFleet(unit, named('pair')));
      await walkAll(test, ({ resourceKind }) => (resourceKind === 'cluster' ? 'failed' : 'succeeded'));
      const hub = children.find(({ resourceKind }) => resourceKind === 'federation');
      return test.change((unit) => retryOperation(unit, hub?.id ?? ''));
    },
    'document of a fleet that goes': async (test) => {
      await addFleet(test);
      await walkAll(test);
      await test.change((unit) => deleteFleet(unit, named('pair')));
      return test.change((unit) => applyFleet(unit, { request: fleetRequest(), ...named('pair') }));
    },
  },
};

test('every type of problem leads out by calls, or has a reason why it needs none', async (t) => {
  for (const code of Object.keys(problemTypes) as ProblemCode[]) {
    const leads = code in errorCodes && 'leadsOut' in errorCodes[code as ErrorCode];
    t.ok(leads ? Object.keys(refusals[code as LeadingCode]).length : reasons[code as keyof typeof reasons], code);
  }
});

for (const [code, ways] of Object.entries(refusals))
  for (const [what, refused] of Object.entries(ways))
    test(`${code}: ${what}`, async (t) => {
      const error = await refused(await openTestApplication(t)).catch((reason: unknown) => reason);
      if (!(error instanceof FleetyardError)) return t.fail('nothing was refused');
      t.equal(error.code, code, error.message);
      t.ok(error.wayOut.length > 0, error.message);
      for (const call of error.wayOut) t.type(findEndpoint(call), 'string', `${call.method} ${call.path}`);
    });
