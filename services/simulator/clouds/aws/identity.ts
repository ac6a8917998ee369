// IAM roles and issuers, KMS keys, log groups: what stands around a cluster.
import { randomUUID } from 'node:crypto';
import type { Values } from '../../ledger/resource.ts';
import type { CloudContext, ResourceType } from '../resource-type.ts';
import { hex, known, list, text } from '../values.ts';
import { arnOf } from './arns.ts';
import { type AwsCall, awsError } from './errors.ts';
import { tagOutputs } from './tags.ts';
import { ALIAS, ATTACHMENT, ISSUER, KEY, LOGS, ROLE } from './tokens.ts';

const iam = (operation: string, doing: string): AwsCall => ({ service: 'IAM', operation, doing });

/** IAM is global and its resources have no region in their outputs. */
function globalTags(context: CloudContext, inputs: Values): Values {
  const { region: _region, ...tags } = tagOutputs(context, inputs);
  return tags;
}

/** Whether an ARN names a role of the account that exists. */
export function isRole(context: CloudContext, arn: string): boolean {
  return context.list(ROLE).some((role) => text(role.outputs, 'arn') === arn);
}

function checkPolicy(inputs: Values): { property: string; reason: string }[] {
  const policy = known(inputs, 'assumeRolePolicy');
  if (policy === undefined) return [];
  try {
    JSON.parse(policy);
    return [];
  } catch {
    return [{ property: 'assumeRolePolicy', reason: '"assume_role_policy" contains an invalid JSON policy' }];
  }
}

const role: ResourceType = {
  token: ROLE,
  replaceOn: ['name', 'namePrefix', 'path'],
  autoName: 'name',
  seconds: { create: 2, delete: 2 },
  validate(inputs) {
    const name = known(inputs, 'name');
    const faults = checkPolicy(inputs);
    if (name !== undefined && !/^[\w+=,.@-]{1,64}$/.test(name)) {
      const reason = 'invalid value for name (must match [\\w+=,.@-] and be at most 64 characters)';
      faults.push({ property: 'name', reason });
    }
    return faults;
  },
  quotas: (context) => [
    {
      quota: 'iam/roles',
      limit: 1000,
      used: context.list(ROLE).length,
      amount: 1,
      refuse: (limit) => {
        const message = `Cannot exceed quota for RolesPerAccount: ${limit}`;
        return awsError(iam('CreateRole', 'creating IAM Role'), 409, 'LimitExceededException', message);
      },
    },
  ],
  create(context, inputs) {
    const name = text(inputs, 'name');
    const call = iam('CreateRole', `creating IAM Role (${name})`);
    if (context.find(ROLE, name)) {
      throw awsError(call, 409, 'EntityAlreadyExists', `Role with name ${name} already exists.`);
    }
    const policy = JSON.parse(text(inputs, 'assumeRolePolicy')) as { Statement?: unknown };
    if (!Array.isArray(policy.Statement) || policy.Statement.length === 0) {
      throw awsError(call, 400, 'MalformedPolicyDocument', 'Missing required field Statement');
    }
    const path = text(inputs, 'path') || '/';
    const outputs = {
      forceDetachPolicies: false,
      maxSessionDuration: 3600,
      managedPolicyArns: [],
      inlinePolicies: [],
      path,
      description: '',
      ...inputs,
      ...globalTags(context, inputs),
      arn: arnOf(context, 'iam', `role${path}${name}`, ''),
      uniqueId: `AROA${hex(16).toUpperCase()}`,
      createDate: context.now.toISOString(),
      namePrefix: '',
    };
    return { id: name, name, region: 'global', outputs };
  },
  update: (context, _resource, inputs) => globalTags(context, inputs),
  remove(context, resource) {
    if (!context.list(ATTACHMENT).some((each) => text(each.inputs, 'role') === resource.name)) return;
    const call = iam('DeleteRole', `deleting IAM Role (${resource.name})`);
    throw awsError(call, 409, 'DeleteConflict', 'Cannot delete entity, must detach all policies first.');
  },
};

const attachment: ResourceType = {
  token: ATTACHMENT,
  replaceOn: ['role', 'policyArn'],
  seconds: { create: 1, delete: 1 },
  create(context, inputs) {
    const roleName = text(inputs, 'role');
    const policyArn = text(inputs, 'policyArn');
    const call = iam('AttachRolePolicy', `attaching IAM Policy (${policyArn}) to IAM Role (${roleName})`);
    if (!context.find(ROLE, roleName)) {
      throw awsError(call, 404, 'NoSuchEntity', `The role with name ${roleName} cannot be found.`);
    }
    if (!/^arn:aws[\w-]*:iam::(aws|\d{12}):policy\/.+/.test(policyArn)) {
      throw awsError(call, 400, 'InvalidInput', `ARN ${policyArn} is not valid.`);
    }
    const twin = context
      .list(ATTACHMENT)
      .find((each) => text(each.inputs, 'role') === roleName && text(each.inputs, 'policyArn') === policyArn);
    // IAM takes the same attachment twice; so its first record gives way to this one.
    if (twin) context.cascade(twin);
    return { id: `${roleName}-${hex(26)}`, name: `${roleName} ${policyArn}`, region: 'global', outputs: { ...inputs } };
  },
};

const issuer: ResourceType = {
  token: ISSUER,
  replaceOn: ['url'],
  seconds: { create: 1, delete: 1 },
  validate(inputs) {
    const url = known(inputs, 'url');
    if (url === undefined || url.startsWith('https://')) return [];
    return [{ property: 'url', reason: `expected "url" to have a url with schema of: "https", got ${url}` }];
  },
  create(context, inputs) {
    const host = text(inputs, 'url').replace(/^https:\/\//, '');
    const arn = arnOf(context, 'iam', `oidc-provider/${host}`, '');
    if (context.find(ISSUER, arn)) {
      const call = iam('CreateOpenIDConnectProvider', 'creating IAM OIDC Provider');
      throw awsError(call, 409, 'EntityAlreadyExists', `Provider with url ${text(inputs, 'url')} already exists.`);
    }
    const thumbprintLists = list(inputs, 'thumbprintLists').length > 0 ? inputs['thumbprintLists'] : [hex(40)];
    const outputs = { ...inputs, ...globalTags(context, inputs), arn, url: host, thumbprintLists };
    return { id: arn, name: host, region: 'global', outputs };
  },
  update: (context, resource, inputs) => ({ ...globalTags(context, inputs), url: resource.outputs['url'] }),
};

const key: ResourceType = {
  token: KEY,
  replaceOn: ['customerMasterKeySpec', 'keyUsage', 'customKeyStoreId', 'multiRegion', 'region'],
  seconds: { create: 10, update: 3, delete: 2 },
  create(context, inputs) {
    const keyId = randomUUID();
    const arn = arnOf(context, 'kms', `key/${keyId}`);
    const policy = { Version: '2012-10-17', Id: 'key-default-1', Statement: [] };
    const outputs = {
      customerMasterKeySpec: 'SYMMETRIC_DEFAULT',
      keyUsage: 'ENCRYPT_DECRYPT',
      enableKeyRotation: false,
      isEnabled: true,
      multiRegion: false,
      description: '',
      policy: JSON.stringify(policy),
      rotationPeriodInDays: inputs['enableKeyRotation'] ? 365 : 0,
      ...inputs,
      ...tagOutputs(context, inputs),
      arn,
      keyId,
    };
    return { id: keyId, name: text(inputs, 'description') || keyId, outputs };
  },
  update: (context, _resource, inputs) => tagOutputs(context, inputs),
  remove(context, resource) {
    const windowDays = resource.inputs['deletionWindowInDays'];
    if (windowDays === undefined || (Number(windowDays) >= 7 && Number(windowDays) <= 30)) return;
    const call: AwsCall = {
      service: 'KMS',
      operation: 'ScheduleKeyDeletion',
      doing: `deleting KMS Key (${resource.id})`,
    };
    throw awsError(call, 400, 'ValidationException', 'pendingWindowInDays must be between 7 and 30');
  },
};

const alias: ResourceType = {
  token: ALIAS,
  replaceOn: ['name', 'namePrefix', 'region'],
  autoName: 'name',
  seconds: { create: 1, delete: 1 },
  validate(inputs) {
    const name = known(inputs, 'name');
    if (name === undefined || /^alias\/[A-Za-z0-9/_-]+$/.test(name)) return [];
    return [{ property: 'name', reason: 'name must begin with "alias/" and be comprised of only [a-zA-Z0-9/_-]' }];
  },
  create(context, inputs) {
    const name = text(inputs, 'name');
    const target = text(inputs, 'targetKeyId');
    const call: AwsCall = { service: 'KMS', operation: 'CreateAlias', doing: `creating KMS Alias (${name})` };
    if (context.find(ALIAS, name)) {
      const message = `An alias with the name ${arnOf(context, 'kms', name)} already exists`;
      throw awsError(call, 400, 'AlreadyExistsException', message);
    }
    const found = context.find(KEY, target.split('/').at(-1) ?? target);
    if (!found)
      throw awsError(call, 400, 'NotFoundException', `Key '${arnOf(context, 'kms', `key/${target}`)}' does not exist`);
    const outputs = {
      ...inputs,
      namePrefix: '',
      arn: arnOf(context, 'kms', name),
      targetKeyArn: found.outputs['arn'],
      region: context.region,
    };
    return { id: name, name, outputs };
  },
};

const logGroup: ResourceType = {
  token: LOGS,
  replaceOn: ['name', 'namePrefix', 'logGroupClass', 'region'],
  autoName: 'name',
  seconds: { create: 1, delete: 1 },
  validate(inputs) {
    const days = inputs['retentionInDays'];
    const allowed = [
      0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ];
    if (typeof days !== 'number' || allowed.includes(days)) return [];
    return [
      {
        property: 'retentionInDays',
        reason: `expected retention_in_days to be one of ${allowed.join(' ')}, got ${days}`,
      },
    ];
  },
  create(context, inputs) {
    const name = text(inputs, 'name');
    if (context.find(LOGS, name)) {
      const call = {
        service: 'CloudWatch Logs',
        operation: 'CreateLogGroup',
        doing: `creating CloudWatch Logs Log Group (${name})`,
      };
      throw awsError(call, 400, 'ResourceAlreadyExistsException', 'The specified log group already exists');
    }
    const outputs = {
      retentionInDays: 0,
      skipDestroy: false,
      logGroupClass: 'STANDARD',
      deletionProtectionEnabled: false,
      ...inputs,
      ...tagOutputs(context, inputs),
      arn: arnOf(context, 'logs', `log-group:${name}`),
      namePrefix: '',
    };
    return { id: name, name, outputs };
  },
  update: (context, _resource, inputs) => tagOutputs(context, inputs),
};

/** The types of this file. */
export const identityTypes = [role, attachment, issuer, key, alias, logGroup];
