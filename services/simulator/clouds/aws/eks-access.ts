// Who is let into EKS clusters: access entries, and the policies that are associated with them.
import type { Values } from '../../ledger/resource.ts';
import type { CloudContext, ResourceType } from '../resource-type.ts';
import { hex, known, list, object, text } from '../values.ts';
import { arnOf } from './arns.ts';
import { getCluster } from './eks.ts';
import { type AwsCall, awsError } from './errors.ts';
import { tagOutputs } from './tags.ts';
import { ACCESS_POLICY, ENTRY } from './tokens.ts';

const POLICY = /^arn:aws(-cn|-us-gov)?:eks::aws:cluster-access-policy\/AmazonEKS\w+Policy$/;

const eks = (operation: string, doing: string): AwsCall => ({ service: 'EKS', operation, doing });

/** Entries count only in clusters that ask the API. */
function checkMode(context: CloudContext, inputs: Values, call: AwsCall): void {
  const cluster = getCluster(context, text(inputs, 'clusterName'), call);
  if (text(object(cluster.outputs, 'accessConfig'), 'authenticationMode') !== 'CONFIG_MAP') return;
  const message =
    "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.";
  throw awsError(call, 400, 'InvalidRequestException', message);
}

const entry: ResourceType = {
  token: ENTRY,
  replaceOn: ['clusterName', 'principalArn', 'type', 'region'],
  deleteBeforeReplace: true,
  seconds: { create: 2, update: 1, delete: 1 },
  validate(inputs) {
    const arn = known(inputs, 'principalArn');
    if (arn === undefined || /^arn:[\w-]+:iam::\d{12}:(user|role)\/.+$/.test(arn)) return [];
    return [{ property: 'principalArn', reason: `"principal_arn" (${arn}) is an invalid ARN: invalid resource value` }];
  },
  create(context, inputs) {
    const [clusterName, principalArn] = [text(inputs, 'clusterName'), text(inputs, 'principalArn')];
    const id = `${clusterName}:${principalArn}`;
    const call = eks('CreateAccessEntry', `creating EKS Access Entry (${id})`);
    checkMode(context, inputs, call);
    if (context.find(ENTRY, id)) {
      const message = 'The specified access entry resource is already in use on this cluster.';
      throw awsError(call, 409, 'ResourceInUseException', message);
    }
    if (list<string>(inputs, 'kubernetesGroups').some((group) => /^(system|eks):/.test(group))) {
      const message = 'The kubernetes group name is invalid, it cannot start with system:, eks:';
      throw awsError(call, 400, 'InvalidParameterException', message);
    }
    const outputs = {
      kubernetesGroups: [],
      type: 'STANDARD',
      userName: principalArn,
      ...inputs,
      ...tagOutputs(context, inputs),
      accessEntryArn: arnOf(context, 'eks', `access-entry/${clusterName}/${hex(8)}`),
      createdAt: context.now.toISOString(),
      modifiedAt: context.now.toISOString(),
    };
    return { id, name: principalArn, outputs };
  },
  update: (context, _resource, inputs) => ({
    kubernetesGroups: list(inputs, 'kubernetesGroups'),
    ...tagOutputs(context, inputs),
    modifiedAt: context.now.toISOString(),
  }),
  remove(context, resource) {
    for (const policy of context.list(ACCESS_POLICY)) {
      const same = ['clusterName', 'principalArn'].every(
        (key) => text(policy.inputs, key) === text(resource.inputs, key),
      );
      if (same) context.cascade(policy);
    }
  },
};

const policy: ResourceType = {
  token: ACCESS_POLICY,
  replaceOn: ['clusterName', 'principalArn', 'policyArn', 'accessScope', 'region'],
  seconds: { create: 2, delete: 1 },
  create(context, inputs) {
    const [clusterName, principalArn, policyArn] = ['clusterName', 'principalArn', 'policyArn'].map((key) =>
      text(inputs, key),
    );
    const id = `${clusterName}#${principalArn}#${policyArn}`;
    const call = eks('AssociateAccessPolicy', `creating EKS Access Policy Association (${id})`);
    checkMode(context, inputs, call);
    if (!context.find(ENTRY, `${clusterName}:${principalArn}`)) {
      const message = `The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.`;
      throw awsError(call, 404, 'ResourceNotFoundException', message);
    }
    if (!POLICY.test(policyArn ?? '')) {
      throw awsError(call, 400, 'InvalidParameterException', 'The policyArn parameter format is not valid');
    }
    const scope = object(inputs, 'accessScope');
    if (text(scope, 'type') === 'namespace' && list(scope, 'namespaces').length === 0) {
      throw awsError(call, 400, 'InvalidParameterException', 'The type of access scope needs namespaces.');
    }
    const at = context.now.toISOString();
    return {
      id,
      name: policyArn ?? '',
      outputs: { ...inputs, region: context.region, associatedAt: at, modifiedAt: at },
    };
  },
};

/** The types of this file. */
export const eksAccessTypes = [entry, policy];
