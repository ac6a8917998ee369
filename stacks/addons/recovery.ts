import { appliedObjects } from '../applied-objects.ts';
import type { StackRecovery } from '../provider.ts';

export const addonsRecovery: StackRecovery = appliedObjects;
