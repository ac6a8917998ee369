// Members of a federation for tests of placements.
import type { PlaceableMember } from '../../services/domain/placements/placement-document.ts';

/** A member that has joined and answers. */
export function buildMember(name: string, changes: Partial<PlaceableMember> = {}): PlaceableMember {
  return {
    id: `cl_${name}`,
    name,
    memberName: `${name}-at-hub`,
    provider: 'eks',
    region: 'eu-central-1',
    zones: ['eu-central-1a', 'eu-central-1b'],
    labels: {},
    taints: [],
    joined: true,
    ready: true,
    leaving: false,
    ...changes,
  };
}

/** One of each provider, with a second one of the first. */
export const fourMembers: readonly PlaceableMember[] = [
  buildMember('one', { labels: { tier: 'cloud', accelerator: 'gpu' } }),
  buildMember('two', { provider: 'aks', region: 'westeurope', zones: ['1', '2'], labels: { tier: 'cloud' } }),
  buildMember('three', { provider: 'gke', region: 'europe-west10', zones: ['a', 'b', 'c'], labels: { tier: 'edge' } }),
  buildMember('four', { region: 'eu-west-1', labels: { tier: 'cloud' } }),
];
