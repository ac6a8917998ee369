// Who may call what: every role on every endpoint, about its own project, another one's, and none, on a real server.
import { test, type Test } from 'tap';
import { type EndpointName, endpointNames, endpointTable } from '../../services/contract/schemas.ts';
import { openMatrixWorld, type MatrixWorld, type Scope } from './matrix-world.ts';

const callers = ['viewer', 'operator', 'admin', 'platform-admin'] as const;
const strangers = ['no token', 'a wrong token', 'an expired token', 'a revoked token'] as const;

/**
 * The statuses that viewer, operator, admin and platform-admin get, and after them what a platform-admin gets who names no project:
 * `own`: it is about the token's project (a platform-admin names it by the header);
 * `theirs`: the same, but what the path names belongs to another project;
 * `other`: the header names another project, and so does the path.
 * Whoever has no valid token gets 401 everywhere, and 200 where no token is needed.
 */
type Row = { own: string; theirs?: string; other: string; none: number } | 'open';

const row = (own: string, theirs: string | undefined, other: string, none: number): Row =>
  theirs === undefined ? { own, other, none } : { own, theirs, other, none };

// A retry of what did not fail is refused with 409; that is past the door.
// prettier-ignore
const matrix: Record<EndpointName, Row> = {
  //                        own: V   O   A   P   theirs:            other:           none: P
  listClusters:              row('200 200 200 200', undefined        , '404 404 404 200', 400),
  createCluster:             row('403 202 202 202', undefined        , '403 404 404 202', 400),
  getCluster:                row('200 200 200 200', '404 404 404 404', '404 404 404 200', 400),
  applyCluster:              row('403 202 202 202', '403 404 404 404', '403 404 404 202', 400),
  patchCluster:              row('403 202 202 202', '403 404 404 404', '403 404 404 202', 400),
  deleteCluster:             row('403 202 202 202', '403 404 404 404', '403 404 404 202', 400),
  createClusterOperation:    row('403 403 202 202', '403 403 404 404', '403 403 404 202', 400),
  listClusterEvents:         row('200 200 200 200', '404 404 404 404', '404 404 404 200', 400),
  getClusterOutputs:         row('200 200 200 200', '404 404 404 404', '404 404 404 200', 400),
  getClusterKubeconfig:      row('200 200 200 200', '404 404 404 404', '404 404 404 200', 400),
  listFleets:                row('200 200 200 200', undefined        , '404 404 404 200', 400),
  createFleet:               row('403 202 202 202', undefined        , '403 404 404 202', 400),
  getFleet:                  row('200 200 200 200', '404 404 404 404', '404 404 404 200', 400),
  applyFleet:                row('403 202 202 202', '403 404 404 404', '403 404 404 202', 400),
  patchFleet:                row('403 202 202 202', '403 404 404 404', '403 404 404 202', 400),
  deleteFleet:               row('403 202 202 202', '403 404 404 404', '403 404 404 202', 400),
  listFederations:           row('200 200 200 200', undefined        , '404 404 404 200', 400),
  createFederation:          row('403 202 202 202', undefined        , '403 404 404 202', 400),
  getFederation:             row('200 200 200 200', '404 404 404 404', '404 404 404 200', 400),
  deleteFederation:          row('403 202 202 202', '403 404 404 404', '403 404 404 202', 400),
  createFederationOperation: row('403 403 202 202', '403 403 404 404', '403 403 404 202', 400),
  listFederationMembers:     row('200 200 200 200', '404 404 404 404', '404 404 404 200', 400),
  listPlacements:            row('200 200 200 200', undefined        , '404 404 404 200', 400),
  createPlacement:           row('403 202 202 202', undefined        , '403 404 404 202', 400),
  previewPlacement:          row('200 200 200 200', undefined        , '404 404 404 200', 400),
  getPlacement:              row('200 200 200 200', '404 404 404 404', '404 404 404 200', 400),
  applyPlacement:            row('403 202 202 202', '403 404 404 404', '403 404 404 202', 400),
  patchPlacement:            row('403 202 202 202', '403 404 404 404', '403 404 404 202', 400),
  deletePlacement:           row('403 202 202 202', '403 404 404 404', '403 404 404 202', 400),
  listOperations:            row('200 200 200 200', undefined        , '404 404 404 200', 400),
  getOperation:              row('200 200 200 200', '404 404 404 404', '404 404 404 200', 400),
  cancelOperation:           row('403 202 202 202', '403 404 404 404', '403 404 404 202', 400),
  retryOperation:            row('403 409 409 409', '403 404 404 404', '403 404 404 409', 400),
  listProjectEvents:         row('200 200 200 200', undefined        , '404 404 404 200', 400),
  listOperationEvents:       row('200 200 200 200', '404 404 404 404', '404 404 404 200', 400),
  listCredentials:           row('200 200 200 200', undefined        , '404 404 404 200', 400),
  createCredential:          row('403 403 201 201', undefined        , '403 403 404 201', 400),
  getCredential:             row('200 200 200 200', '404 404 404 404', '404 404 404 200', 400),
  deleteCredential:          row('403 403 204 204', '403 403 404 404', '403 403 404 204', 400),
  listAddressSpaces:         row('200 200 200 200', undefined        , '404 404 404 200', 400),
  createAddressSpace:        row('403 403 201 201', undefined        , '403 403 404 201', 400),
  getAddressSpace:           row('200 200 200 200', '404 404 404 404', '404 404 404 200', 400),
  deleteAddressSpace:        row('403 403 204 204', '403 403 404 404', '403 403 404 204', 400),
  listRanges:                row('200 200 200 200', '404 404 404 404', '404 404 404 200', 400),
  releaseRange:              row('403 403 204 204', '403 403 404 404', '403 403 404 204', 400),
  listCatalogueProviders:    row('200 200 200 200', undefined        , '404 404 404 200', 200),
  listCatalogueRegions:      row('200 200 200 200', undefined        , '404 404 404 200', 200),
  listCatalogueVersions:     row('200 200 200 200', undefined        , '404 404 404 200', 200),
  listCatalogueMachineTypes: row('200 200 200 200', undefined        , '404 404 404 200', 200),
  listProjects:              row('200 200 200 200', undefined        , '404 404 404 200', 200),
  createProject:             row('403 403 403 201', undefined        , '403 403 403 201', 201),
  getProject:                row('200 200 200 200', '404 404 404 200', '404 404 404 200', 200),
  changeProject:             row('403 403 200 200', '403 403 404 200', '403 403 404 200', 200),
  listTokens:                row('403 403 200 200', undefined        , '403 403 404 200', 200),
  createToken:               row('403 403 201 201', undefined        , '403 403 404 201', 400),
  revokeToken:               row('403 403 204 204', '403 403 404 404', '403 403 404 204', 404),
  listAuditEvents:           row('403 403 200 200', undefined        , '403 403 404 200', 200),
  getHealth:                 'open',
  getReadiness:              'open',
  getMetrics:                'open',
  getContract:               'open',
};

test('The matrix of access', async (t) => {
  const world = await openMatrixWorld(t);
  for (const name of endpointNames) {
    await t.test(name, async (t) => checkEndpoint(t, world, name));
  }
});

async function checkEndpoint(t: Test, world: MatrixWorld, name: EndpointName): Promise<void> {
  const expected = matrix[name];
  t.ok(expected, 'has a row');
  const isOpen = endpointTable[name].role === 'none';
  t.equal(expected === 'open', isOpen, 'is open when the contract says so');
  for (const stranger of strangers) {
    // Measurements have a token of their own, which is no caller's.
    for (const scope of ['own', 'other'] as const) {
      const { status } = await world.call(name, stranger, scope, isOpen);
      t.equal(status, isOpen && name !== 'getMetrics' ? 200 : 401, `${stranger}, ${scope}`);
    }
  }
  if (expected === 'open' || expected === undefined) return;
  for (const scope of ['own', 'theirs', 'other'] as const) {
    const wanted: string | undefined = expected[scope];
    t.equal(wanted !== undefined, scope !== 'theirs' || world.isNamed(name), `${scope} is said`);
    if (wanted !== undefined) t.equal(await callAll(t, world, { name, scope, wanted }), wanted, scope);
  }
  const { status } = await world.call(name, 'platform-admin', 'none', expected.none < 400);
  t.equal(status, expected.none, 'none');
}

/** Calls as everyone; what is expected to go through gets something of its own, so that the cells do not meet. */
async function callAll(
  t: Test,
  world: MatrixWorld,
  { name, scope, wanted }: { name: EndpointName; scope: Scope; wanted: string },
): Promise<string> {
  const statuses = wanted.split(' ').map(Number);
  const seen: number[] = [];
  for (const [index, caller] of callers.entries()) {
    const { status, text } = await world.call(name, caller, scope, (statuses[index] ?? 0) < 400);
    seen.push(status);
    if (scope !== 'own' || showsOthers(name, caller)) continue;
    const strange = world.strangeIds.filter((id) => text.includes(id));
    t.same(strange, [], `nothing of another project comes to ${caller}`);
  }
  return seen.join(' ');
}

/** A platform administrator lists every project, whichever is named; and the audit trail repeats ids that its own project asked for. */
function showsOthers(name: EndpointName, caller: string): boolean {
  return (name === 'listProjects' && caller === 'platform-admin') || name === 'listAuditEvents';
}
