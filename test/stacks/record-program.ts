// Runs a layer's program under Pulumi's mocks and records every resource that it registers.

import * as pulumi from '@pulumi/pulumi';
import {
  getProgram,
  type Layer,
  type LayerInputs,
  type LayerOutputs,
  type StackProvider,
} from '../../stacks/registry.ts';

export type RecordedResource = { type: string; name: string; inputs: Record<string, unknown> };
export type Recording<L extends Layer> = {
  resources: RecordedResource[];
  outputs: LayerOutputs[L];
  constructed: number;
  /** Explicit providers. */
  providers: RecordedResource[];
};

const KUBECONFIG = `
clusters:
  - cluster: { server: 'https://fy-aks.example:443', certificate-authority-data: Y2E= }
`;

/** What a cloud computes beyond the inputs, as far as the programs read it. */
const COMPUTED: Record<string, Record<string, unknown>> = {
  'aws:ec2/vpc:Vpc': { ownerId: '123456789012' },
  'aws:ec2/eip:Eip': { publicIp: '203.0.113.7' },
  'aws:ec2/launchTemplate:LaunchTemplate': { latestVersion: 1 },
  'aws:kms/key:Key': { keyId: 'key', arn: 'arn:aws:kms:eu-central-1:123456789012:key/key' },
  'aws:iam/role:Role': { arn: 'arn:aws:iam::123456789012:role/role' },
  'aws:eks/cluster:Cluster': {
    endpoint: 'https://eks.example',
    certificateAuthority: { data: 'Y2E=' },
    identities: [{ oidcs: [{ issuer: 'https://oidc.eks.eu-central-1.amazonaws.com/id/AB' }] }],
  },
  'azure-native:network:PublicIPAddress': { ipAddress: '203.0.113.8' },
  'azure-native:managedidentity:UserAssignedIdentity': { principalId: 'principal', clientId: 'client' },
  'azure-native:keyvault:Key': { keyUriWithVersion: 'https://vault.example/keys/secrets/1' },
  'azure-native:containerservice:ManagedCluster': {
    currentKubernetesVersion: '1.35.5',
    oidcIssuerProfile: { issuerURL: 'https://oidc.aks.example/' },
  },
  'gcp:compute/address:Address': { address: '203.0.113.9', selfLink: 'https://google.example/address' },
  'gcp:compute/network:Network': { selfLink: 'https://google.example/network' },
  'gcp:compute/subnetwork:Subnetwork': { selfLink: 'https://google.example/subnetwork' },
  'gcp:serviceaccount/account:Account': { email: 'nodes@fleetyard-test.iam.gserviceaccount.com' },
  'gcp:container/cluster:Cluster': {
    endpoint: '203.0.113.10',
    masterVersion: '1.35.1-gke.100',
    masterAuth: { clusterCaCertificate: 'Y2E=' },
  },
  'kubernetes:core/v1:Namespace': { metadata: { uid: 'uid-of-kube-system' } },
};

const INVOKED: Record<string, Record<string, unknown>> = {
  'azure-native:authorization:getClientConfig': { objectId: 'caller' },
  'azure-native:containerservice:listManagedClusterUserCredentials': {
    kubeconfigs: [{ name: 'user', value: Buffer.from(KUBECONFIG).toString('base64') }],
  },
  'gcp:organizations/getProject:getProject': { number: '424242' },
};

/** Azure and EKS name things by properties of their own; the resources answer with `name`. */
function getNameOutput(inputs: Record<string, unknown>, name: string): unknown {
  const key = Object.keys(inputs).find((property) =>
    /^(resourceGroup|virtualNetwork|vault|resource)Name$/.test(property),
  );
  return inputs['name'] ?? inputs['resourceName'] ?? (key === undefined ? name : inputs[key]);
}

/** The resources of a type, in the order of registration. */
export function listOfType(recording: { resources: RecordedResource[] }, type: string): RecordedResource[] {
  return recording.resources.filter((resource) => resource.type.endsWith(type));
}

/** The one resource of a type; throws when there is none or more than one. */
export function getOfType(recording: { resources: RecordedResource[] }, type: string): RecordedResource {
  const [resource, ...others] = listOfType(recording, type);
  if (resource === undefined || others.length > 0) throw new Error(`not exactly one ${type}`);
  return resource;
}

/** An input by its path, such as `vpcConfig.subnetIds`. */
export function readInput(resource: RecordedResource | undefined, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], resource?.inputs);
}

/** Runs the program of a layer; two runs in one process must come one after the other. */
export async function recordProgram<L extends Layer>(
  provider: StackProvider,
  layer: L,
  inputs: LayerInputs[L],
): Promise<Recording<L>> {
  const resources: RecordedResource[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs: given }) => {
        resources.push({ type, name, inputs: given });
        const token = type.endsWith(':Secret') && given['type'] === 'kubernetes.io/service-account-token';
        const data = token ? { data: { token: 'dG9rZW4=', 'ca.crt': 'Y2E=' } } : {};
        return {
          id: `${name}-id`,
          state: { name: getNameOutput(given, name), ...given, ...COMPUTED[type], ...data },
        };
      },
      call: ({ token }) => INVOKED[token] ?? {},
    },
    'fleetyard',
    `test.${layer}`,
    false,
  );
  const program = await getProgram(provider, layer);
  let constructed = 0;
  let atEnd = 0;
  let outputs: LayerOutputs[L] | undefined;
  await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation(({ type }) => {
      if (!type.startsWith('pulumi:')) constructed += 1;
      return undefined;
    });
    const values = await program(inputs);
    // What is constructed later, inside an `apply`, is missing here and so fails the test that compares both numbers.
    atEnd = constructed;
    pulumi.output(values).apply((resolved) => {
      outputs = resolved as unknown as LayerOutputs[L];
    });
    return values;
  });
  await pulumi.runtime.disconnect();
  if (outputs === undefined) throw new Error('the program ended without outputs');
  return {
    resources: resources.filter(({ type }) => !type.startsWith('pulumi:')),
    outputs,
    constructed: atEnd,
    providers: resources.filter(({ type }) => type.startsWith('pulumi:providers:')),
  };
}
