// EKS add-ons, and the roles of pods.
import type { Values } from '../../ledger/resource.ts';
import type { ResourceType } from '../resource-type.ts';
import { hex, known, text } from '../values.ts';
import { arnOf } from './arns.ts';
import { type AwsCall, awsError } from './errors.ts';
import { tagOutputs } from './tags.ts';
import { checkRole, getCluster } from './eks.ts';
import { ADDON, POD_IDENTITY } from './tokens.ts';

const ADDONS = [
  'vpc-cni',
  'kube-proxy',
  'coredns',
  'eks-pod-identity-agent',
  'aws-ebs-csi-driver',
  'snapshot-controller',
  'metrics-server',
];
const eks = (operation: string, doing: string): AwsCall => ({ service: 'EKS', operation, doing });

const addon: ResourceType = {
  token: ADDON,
  replaceOn: ['clusterName', 'addonName', 'region'],
  deleteBeforeReplace: true,
  seconds: { create: 30, update: 30, delete: 15 },
  validate(inputs) {
    const values = known(inputs, 'configurationValues');
    try {
      if (values !== undefined) JSON.parse(values);
      return [];
    } catch {
      return [{ property: 'configurationValues', reason: 'configuration values are not valid JSON' }];
    }
  },
  create(context, inputs) {
    const clusterName = text(inputs, 'clusterName');
    const addonName = text(inputs, 'addonName');
    const id = `${clusterName}:${addonName}`;
    const call = eks('CreateAddon', `creating EKS Add-On (${id})`);
    const parent = getCluster(context, clusterName, call);
    if (!ADDONS.includes(addonName)) {
      throw awsError(call, 400, 'InvalidParameterException', `Addon specified is not supported: ${addonName}`);
    }
    if (context.find(ADDON, id)) throw awsError(call, 409, 'ResourceInUseException', 'Addon already exists.');
    const outputs = {
      addonVersion: `v${text(parent.outputs, 'version')}.0-eksbuild.1`,
      configurationValues: '',
      ...inputs,
      ...tagOutputs(context, inputs),
      arn: arnOf(context, 'eks', `addon/${clusterName}/${addonName}/${hex(32)}`),
      createdAt: context.now.toISOString(),
      modifiedAt: context.now.toISOString(),
    };
    return { id, name: addonName, outputs };
  },
  update: (context, _resource, inputs) => ({ ...tagOutputs(context, inputs), modifiedAt: context.now.toISOString() }),
};

const podIdentity: ResourceType = {
  token: POD_IDENTITY,
  replaceOn: ['clusterName', 'namespace', 'serviceAccount', 'region'],
  deleteBeforeReplace: true,
  seconds: { create: 1, delete: 1 },
  importId: (resource) => `${text(resource.inputs, 'clusterName')},${resource.id}`,
  create(context, inputs) {
    const clusterName = text(inputs, 'clusterName');
    const call = eks('CreatePodIdentityAssociation', 'creating EKS Pod Identity Association');
    getCluster(context, clusterName, call);
    checkRole(context, text(inputs, 'roleArn'), call);
    const key = (each: Values) =>
      ['clusterName', 'namespace', 'serviceAccount'].map((name) => text(each, name)).join('/');
    if (context.list(POD_IDENTITY).some((each) => key(each.inputs) === key(inputs))) {
      const message = `Association already exists: ${key(inputs)}`;
      throw awsError(call, 409, 'ResourceInUseException', message);
    }
    const id = `a-${hex(17)}`;
    const outputs = {
      disableSessionTags: false,
      targetRoleArn: '',
      ...inputs,
      ...tagOutputs(context, inputs),
      associationId: id,
      associationArn: arnOf(context, 'eks', `podidentityassociation/${clusterName}/${id}`),
      externalId: '',
    };
    return { id, name: text(inputs, 'serviceAccount'), outputs };
  },
  update: (context, _resource, inputs) => tagOutputs(context, inputs),
};

/** The types of this file. */
export const eksAddonTypes = [addon, podIdentity];
