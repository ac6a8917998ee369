// Karmada as a federation engine.

import type { FederationAdapter } from '../adapter.ts';
import { checkHub } from './check-hub.ts';
import { checkJoin } from './check-join.ts';
import { listWorkloads, startDrain, stopDrain } from './drain.ts';
import { nameMember } from './member-name.ts';
import { keepPlacement, removePlacement } from './keep-placement.ts';
import { listSelected } from './list-selected.ts';
import { findMember, listMembers } from './members.ts';
import { keepTaints } from './own-taints.ts';
import { observePlacement } from './observe-placement.ts';
import { renderPlacement } from './render-placement.ts';

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
  renderPlacement,
  keepPlacement: (hub, placed, members) => keepPlacement(hub, placed, renderPlacement(placed, members)),
  removePlacement,
  listSelected,
  observePlacement,
};
