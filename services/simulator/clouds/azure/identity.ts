// Identities, rights and keys of Azure.
import { randomUUID } from 'node:crypto';
import type { ResourceType } from '../resource-type.ts';
import { hex, known, object, text } from '../values.ts';
import { azureError } from './errors.ts';
import { groupedType } from './grouped-type.ts';
import { getById, subscriptionOf } from './resource-ids.ts';
import { IDENTITY, ROLE, VAULT, VAULT_KEY } from './tokens.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const identity = groupedType({
  token: IDENTITY,
  path: 'Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}',
  seconds: { create: 3, delete: 2 },
  make: (context) => ({
    clientId: randomUUID(),
    principalId: randomUUID(),
    tenantId: context.identity.tenantId,
  }),
});

const roleAssignment: ResourceType = {
  token: ROLE,
  replaceOn: ['roleAssignmentName', 'scope', 'roleDefinitionId', 'principalId', 'principalType'],
  deleteBeforeReplace: true,
  seconds: { create: 3, delete: 2 },
  validate(inputs) {
    const name = known(inputs, 'roleAssignmentName');
    if (name === undefined || UUID.test(name)) return [];
    return [{ property: 'roleAssignmentName', reason: `the role assignment name '${name}' is not a GUID` }];
  },
  create(context, inputs) {
    const scope = text(inputs, 'scope');
    const name = text(inputs, 'roleAssignmentName') || randomUUID();
    const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`;
    const same = (each: { inputs: Record<string, unknown> }) =>
      (['scope', 'principalId', 'roleDefinitionId'] as const).every(
        (key) => text(each.inputs, key) === text(inputs, key),
      );
    if (context.find(ROLE, id) || context.list(ROLE).some(same)) {
      throw azureError(409, 'RoleAssignmentExists', 'The role assignment already exists.');
    }
    const definition = text(inputs, 'roleDefinitionId');
    if (!/\/roleDefinitions\/[0-9a-f-]{36}$/.test(definition)) {
      throw azureError(400, 'BadRequestFormat', `The role definition '${definition}' is malformed.`);
    }
    const principal = text(inputs, 'principalId');
    const known_ = context.list(IDENTITY).some((each) => text(each.outputs, 'principalId') === principal);
    if (!known_ && principal !== context.identity.tenantId) {
      const message = `Principal ${principal.replaceAll('-', '')} does not exist in the directory ${context.identity.tenantId}.`;
      throw azureError(400, 'PrincipalNotFound', message, true);
    }
    if (scope.startsWith('/subscriptions/') && !scope.startsWith(`/subscriptions/${subscriptionOf(context)}`)) {
      throw azureError(404, 'SubscriptionNotFound', `The subscription of '${scope}' could not be found.`);
    }
    const at = context.now.toISOString();
    const facts = { name, type: 'Microsoft.Authorization/roleAssignments', azureApiVersion: 'simulated' };
    return { id, name, outputs: { ...inputs, ...facts, createdOn: at, updatedOn: at, createdBy: '', updatedBy: '' } };
  },
};

const vault = groupedType({
  token: VAULT,
  path: 'Microsoft.KeyVault/vaults/{vaultName}',
  seconds: { create: 20, delete: 10 },
  validate(inputs) {
    const name = known(inputs, 'vaultName');
    if (name === undefined || /^[a-zA-Z](?!.*--)[a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$/.test(name)) return [];
    const reason = `Code="VaultNameNotValid" Message="The vault name '${name}' is invalid: 3 to 24 alphanumeric characters and single hyphens, starting with a letter."`;
    return [{ property: 'vaultName', reason }];
  },
  make(context, inputs, { name }) {
    const properties = object(inputs, 'properties');
    if (text(properties, 'tenantId') !== context.identity.tenantId) {
      throw azureError(400, 'BadRequest', `The tenant ID in the request is not the tenant of the subscription.`);
    }
    const vaultUri = `https://${name}.vault.azure.net/`;
    return { properties: { ...properties, vaultUri, provisioningState: 'Succeeded', hsmPoolResourceId: '' } };
  },
  update: (_context, resource, inputs) => ({
    properties: { ...object(resource.outputs, 'properties'), ...object(inputs, 'properties') },
  }),
  remove(context, resource) {
    for (const key of context.list(VAULT_KEY)) {
      if (key.id.startsWith(`${resource.id}/`)) context.cascade(key);
    }
  },
});

const key = groupedType({
  token: VAULT_KEY,
  path: 'Microsoft.KeyVault/vaults/{vaultName}/keys/{keyName}',
  child: true,
  replaceOn: ['properties'],
  seconds: { create: 3, delete: 1 },
  make(context, inputs, { id, name }) {
    const parent = getById(context, VAULT, id.replace(/\/keys\/.*$/, ''));
    const { attributes: _given, ...properties } = object(inputs, 'properties');
    const keyUri = `${text(object(parent.outputs, 'properties'), 'vaultUri')}keys/${name}`;
    const seconds = Math.floor(context.now.getTime() / 1000);
    const attributes = {
      enabled: true,
      created: seconds,
      updated: seconds,
      recoveryLevel: 'Recoverable',
      exportable: false,
    };
    return { ...properties, attributes, location: parent.region, keyUri, keyUriWithVersion: `${keyUri}/${hex(32)}` };
  },
});

/** The types of this file. */
export const identityTypes = [identity, roleAssignment, vault, key];
