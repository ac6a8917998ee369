// The one Pulumi project that all stacks belong to; stacks are told apart by their names.

/** Its name in Pulumi's state. */
export const projectName = 'fleetyard';
