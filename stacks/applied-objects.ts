// How stacks of Kubernetes objects are recovered, whatever the objects are.

import type { StackRecovery } from './provider.ts';

/** The recovery of a layer that makes nothing but objects inside API servers. */
export const appliedObjects: StackRecovery = {
  planAdoption: ({ type }) => {
    // Objects of Kubernetes are applied by the server, so that making one again changes nothing.
    if (type.startsWith('kubernetes:')) return { kind: 'clear' };
    throw new Error(`no rule tells how to find a ${type} after a crash`);
  },
  // Nothing here is adopted, so nothing has to be told apart.
  tagProperties: { given: [], shown: [] },
  isUnfinished: () => false,
};
