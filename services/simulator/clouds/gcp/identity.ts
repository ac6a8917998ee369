// Service accounts, bindings and keys of Google Cloud.
import type { Values } from '../../ledger/resource.ts';
import type { CloudContext, ResourceType } from '../resource-type.ts';
import { hex, known, text } from '../values.ts';
import { googleError } from './errors.ts';
import { labelOutputs } from './names-and-labels.ts';
import { projectOf, refuseTwin, regionOf } from './references.ts';
import { ACCOUNT, KEY, KEY_MEMBER, PROJECT_MEMBER, RING } from './tokens.ts';

const MEMBER = /^(allUsers|allAuthenticatedUsers|(user|serviceAccount|group|domain|principal|principalSet):.+)$/;

const account: ResourceType = {
  token: ACCOUNT,
  replaceOn: ['accountId', 'project'],
  deleteBeforeReplace: true,
  seconds: { create: 4, delete: 2 },
  validate(inputs) {
    const id = known(inputs, 'accountId');
    if (id === undefined || /^[a-z]([-a-z0-9]{4,28}[a-z0-9])$/.test(id)) return [];
    return [
      {
        property: 'accountId',
        reason: `"account_id" ("${id}") doesn't match regexp "^[a-z](?:[-a-z0-9]{4,28}[a-z0-9])$"`,
      },
    ];
  },
  quotas: (context) => [
    {
      quota: 'iam/service-accounts',
      limit: 100,
      used: context.list(ACCOUNT).length,
      amount: 1,
      refuse: () =>
        googleError(
          'Error creating service account',
          429,
          'rateLimitExceeded',
          'Maximum number of service accounts on project reached. (RESOURCE_EXHAUSTED) QUOTA_EXCEEDED',
        ),
    },
  ],
  create(context, inputs) {
    const project = projectOf(context, inputs);
    const accountId = text(inputs, 'accountId');
    const email = `${accountId}@${project}.iam.gserviceaccount.com`;
    const name = `projects/${project}/serviceAccounts/${email}`;
    if (context.find(ACCOUNT, name)) {
      throw googleError(
        'Error creating service account',
        409,
        'alreadyExists',
        `Service account ${accountId} already exists within project projects/${project}.`,
      );
    }
    const uniqueId = `1${Array.from({ length: 20 }, () => Math.floor(Math.random() * 10)).join('')}`;
    const outputs = {
      disabled: false,
      displayName: '',
      ...inputs,
      project,
      email,
      name,
      uniqueId,
      member: `serviceAccount:${email}`,
    };
    return { id: name, name: accountId, region: 'global', outputs };
  },
};

/** A binding's member must be spelled with its kind, and a service account of the project must exist. */
function checkMember(context: CloudContext, inputs: Values, doing: string): void {
  const member = text(inputs, 'member');
  const email = /^serviceAccount:(.+@([a-z0-9-]+)\.iam\.gserviceaccount\.com)$/.exec(member);
  if (!email || email[2] !== context.identity.project) return;
  if (context.find(ACCOUNT, `projects/${email[2]}/serviceAccounts/${email[1]}`)) return;
  throw googleError(doing, 400, 'badRequest', `Service account ${email[1]} does not exist.`);
}

function memberFaults(inputs: Values): { property: string; reason: string }[] {
  const [member, role] = [known(inputs, 'member'), known(inputs, 'role')];
  const faults = [];
  if (member !== undefined && !MEMBER.test(member)) {
    faults.push({
      property: 'member',
      reason: `invalid value for member (IAM members must have one of the values outlined here: …): ${member}`,
    });
  }
  if (role !== undefined && !/^(roles|(projects|organizations)\/[^/]+\/roles)\/.+$/.test(role)) {
    faults.push({ property: 'role', reason: `invalid role ${role}` });
  }
  return faults;
}

const projectMember: ResourceType = {
  token: PROJECT_MEMBER,
  replaceOn: ['project', 'role', 'member', 'condition'],
  seconds: { create: 6, delete: 6 },
  validate: memberFaults,
  create(context, inputs) {
    const project = projectOf(context, inputs);
    checkMember(context, inputs, `Error applying IAM policy for project "${project}"`);
    const id = `${project}/${text(inputs, 'role')}/${text(inputs, 'member')}`;
    // The policy is a set: the same binding twice is one binding.
    const twin = context.find(PROJECT_MEMBER, id);
    if (twin) context.cascade(twin);
    return { id, name: text(inputs, 'role'), region: 'global', outputs: { ...inputs, project, etag: hex(12) } };
  },
};

const keyRing: ResourceType = {
  token: RING,
  replaceOn: ['name', 'project', 'location'],
  neverDeleted: true,
  seconds: { create: 2, delete: 0 },
  create(context, inputs) {
    const doing = 'Error creating KeyRing';
    const project = projectOf(context, inputs);
    const location = regionOf(context, inputs, doing);
    const name = text(inputs, 'name');
    const id = `projects/${project}/locations/${location}/keyRings/${name}`;
    if (context.find(RING, id)) {
      throw googleError(doing, 409, 'alreadyExists', `KeyRing ${id} already exists.`);
    }
    return { id, name, region: location, outputs: { ...inputs, project } };
  },
};

const cryptoKey: ResourceType = {
  token: KEY,
  replaceOn: ['name', 'keyRing', 'purpose', 'importOnly'],
  neverDeleted: true,
  seconds: { create: 2, delete: 2 },
  validate(inputs) {
    const period = known(inputs, 'rotationPeriod');
    if (period === undefined || (/^\d+s$/.test(period) && Number.parseInt(period, 10) >= 86_400)) return [];
    return [{ property: 'rotationPeriod', reason: `rotation period must be at least 86400 seconds: ${period}` }];
  },
  create(context, inputs) {
    const doing = 'Error creating CryptoKey';
    const ring = context.find(RING, text(inputs, 'keyRing'));
    if (!ring) throw googleError(doing, 404, 'notFound', `KeyRing ${text(inputs, 'keyRing')} not found.`);
    const name = text(inputs, 'name');
    const id = `${ring.id}/cryptoKeys/${name}`;
    refuseTwin(context, KEY, id, doing);
    const outputs = {
      purpose: 'ENCRYPT_DECRYPT',
      destroyScheduledDuration: '2592000s',
      importOnly: false,
      ...inputs,
      ...labelOutputs(inputs),
      primaries: [{ name: `${id}/cryptoKeyVersions/1`, state: 'ENABLED' }],
    };
    return { id, name, region: ring.region, outputs };
  },
  update: (_context, _key, inputs) => labelOutputs(inputs),
};

const keyMember: ResourceType = {
  token: KEY_MEMBER,
  replaceOn: ['cryptoKeyId', 'role', 'member', 'condition'],
  seconds: { create: 4, delete: 4 },
  validate: memberFaults,
  create(context, inputs) {
    const doing = 'Error applying IAM policy for KMS CryptoKey';
    const key = text(inputs, 'cryptoKeyId');
    if (!context.find(KEY, key)) throw googleError(doing, 404, 'notFound', `CryptoKey ${key} not found.`);
    checkMember(context, inputs, doing);
    const id = `${key}/${text(inputs, 'role')}/${text(inputs, 'member')}`;
    const twin = context.find(KEY_MEMBER, id);
    if (twin) context.cascade(twin);
    return { id, name: text(inputs, 'role'), region: 'global', outputs: { ...inputs, etag: hex(12) } };
  },
};

/** The types of this file. */
export const identityTypes = [account, projectMember, keyRing, cryptoKey, keyMember];
