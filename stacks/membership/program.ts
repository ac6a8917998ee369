// Joining a cluster to a Karmada hub in push mode: the very objects that `karmadactl join` makes, in member and hub.

import type { Program } from '../contract.ts';
import type { MembershipInputs, MembershipOutputs } from './contract.ts';
import { createHubObjects } from './hub.ts';
import { createMemberObjects } from './member.ts';
import { createProviders, getExecutionNamespace } from './scope.ts';

/** Makes the objects of the member first, for the hub's carry the tokens that the member issues. */
export const membershipProgram: Program<MembershipInputs, MembershipOutputs> = (inputs) => {
  const executionNamespace = getExecutionNamespace(inputs.memberName);
  const providers = createProviders(inputs);
  const member = createMemberObjects(inputs.memberName, providers.member);
  createHubObjects(inputs, member, providers.hub);
  return Promise.resolve({ memberName: inputs.memberName, executionNamespace, memberId: member.id });
};
