// Karmada as a federation engine.

import type { FederationAdapter } from '../adapter.ts';
import { checkHub } from './check-hub.ts';
import { checkJoin } from './check-join.ts';
import { listWorkloads, startDrain, stopDrain } from './drain.ts';
import { nameMember } from './member-name.ts';
import { findMember, listMembers } from './members.ts';
import { keepTaints } from './own-taints.ts';

export const karmada: FederationAdapter = {
  nameMember,
  checkHub,
  findMember,
  listMembers,
  checkJoin,
  keepTaints,
  startDrain,
  stopDrain,
  listWorkloads,
};
