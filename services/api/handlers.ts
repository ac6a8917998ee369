// Every handler by the endpoint that it answers; the types refuse a missing one, and the start an extra one.

import type { Handlers } from './call.ts';
import { applyCluster } from './handlers/applyCluster.ts';
import { applyFleet } from './handlers/applyFleet.ts';
import { applyPlacement } from './handlers/applyPlacement.ts';
import { cancelOperation } from './handlers/cancelOperation.ts';
import { changeProject } from './handlers/changeProject.ts';
import { createAddressSpace } from './handlers/createAddressSpace.ts';
import { createCluster } from './handlers/createCluster.ts';
import { createClusterOperation } from './handlers/createClusterOperation.ts';
import { createCredential } from './handlers/createCredential.ts';
import { createFederation } from './handlers/createFederation.ts';
import { createFederationOperation } from './handlers/createFederationOperation.ts';
import { createFleet } from './handlers/createFleet.ts';
import { createPlacement } from './handlers/createPlacement.ts';
import { createProject } from './handlers/createProject.ts';
import { createToken } from './handlers/createToken.ts';
import { deleteAddressSpace } from './handlers/deleteAddressSpace.ts';
import { deleteCluster } from './handlers/deleteCluster.ts';
import { deleteCredential } from './handlers/deleteCredential.ts';
import { deleteFederation } from './handlers/deleteFederation.ts';
import { deleteFleet } from './handlers/deleteFleet.ts';
import { deletePlacement } from './handlers/deletePlacement.ts';
import { getAddressSpace } from './handlers/getAddressSpace.ts';
import { getCluster } from './handlers/getCluster.ts';
import { getClusterKubeconfig } from './handlers/getClusterKubeconfig.ts';
import { getClusterOutputs } from './handlers/getClusterOutputs.ts';
import { getContract } from './handlers/getContract.ts';
import { getCredential } from './handlers/getCredential.ts';
import { getFederation } from './handlers/getFederation.ts';
import { getFleet } from './handlers/getFleet.ts';
import { getHealth } from './handlers/getHealth.ts';
import { getMetrics } from './handlers/getMetrics.ts';
import { getOperation } from './handlers/getOperation.ts';
import { getPlacement } from './handlers/getPlacement.ts';
import { getProject } from './handlers/getProject.ts';
import { getReadiness } from './handlers/getReadiness.ts';
import { listAddressSpaces } from './handlers/listAddressSpaces.ts';
import { listAuditEvents } from './handlers/listAuditEvents.ts';
import { listCatalogueMachineTypes } from './handlers/listCatalogueMachineTypes.ts';
import { listCatalogueProviders } from './handlers/listCatalogueProviders.ts';
import { listCatalogueRegions } from './handlers/listCatalogueRegions.ts';
import { listCatalogueVersions } from './handlers/listCatalogueVersions.ts';
import { listClusterEvents } from './handlers/listClusterEvents.ts';
import { listClusters } from './handlers/listClusters.ts';
import { listCredentials } from './handlers/listCredentials.ts';
import { listFederationMembers } from './handlers/listFederationMembers.ts';
import { listFederations } from './handlers/listFederations.ts';
import { listFleets } from './handlers/listFleets.ts';
import { listOperationEvents } from './handlers/listOperationEvents.ts';
import { listOperations } from './handlers/listOperations.ts';
import { listPlacements } from './handlers/listPlacements.ts';
import { listProjectEvents } from './handlers/listProjectEvents.ts';
import { listProjects } from './handlers/listProjects.ts';
import { listRanges } from './handlers/listRanges.ts';
import { listTokens } from './handlers/listTokens.ts';
import { patchCluster } from './handlers/patchCluster.ts';
import { patchFleet } from './handlers/patchFleet.ts';
import { patchPlacement } from './handlers/patchPlacement.ts';
import { previewPlacement } from './handlers/previewPlacement.ts';
import { releaseRange } from './handlers/releaseRange.ts';
import { retryOperation } from './handlers/retryOperation.ts';
import { revokeToken } from './handlers/revokeToken.ts';

/** One handler for every endpoint of the contract. */
export const handlers: Handlers = {
  applyCluster,
  applyFleet,
  applyPlacement,
  cancelOperation,
  changeProject,
  createAddressSpace,
  createCluster,
  createClusterOperation,
  createCredential,
  createFederation,
  createFederationOperation,
  createFleet,
  createPlacement,
  createProject,
  createToken,
  deleteAddressSpace,
  deleteCluster,
  deleteCredential,
  deleteFederation,
  deleteFleet,
  deletePlacement,
  getAddressSpace,
  getCluster,
  getClusterKubeconfig,
  getClusterOutputs,
  getContract,
  getCredential,
  getFederation,
  getFleet,
  getHealth,
  getMetrics,
  getOperation,
  getPlacement,
  getProject,
  getReadiness,
  listAddressSpaces,
  listAuditEvents,
  listCatalogueMachineTypes,
  listCatalogueProviders,
  listCatalogueRegions,
  listCatalogueVersions,
  listClusterEvents,
  listClusters,
  listCredentials,
  listFederationMembers,
  listFederations,
  listFleets,
  listOperationEvents,
  listOperations,
  listPlacements,
  listProjectEvents,
  listProjects,
  listRanges,
  listTokens,
  patchCluster,
  patchFleet,
  patchPlacement,
  previewPlacement,
  releaseRange,
  retryOperation,
  revokeToken,
};
