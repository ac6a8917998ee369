// The name of a member at its hub. Clusters of several projects may share a hub, so that their own names are not enough.

/** Karmada's limit; `karmada-es-<name>` has to be the name of a namespace. */
const longestName = 48;

/**
 * The cluster's name, cut where it is too long, and the end of its id: 50 random bits. A member that joined before names had that part keeps
 * the name that its stack says (`worker/layers/membership.ts`), for another name is another member: its workloads would move.
 */
export function nameMember({ id, name }: { id: string; name: string }): string {
  const short = /[0-9a-z]{1,10}$/.exec(id)?.[0] ?? '';
  const stem = name.slice(0, longestName - short.length - 1).replace(/-+$/, '');
  return `${stem}-${short}`;
}

/** What may be a name of a member; another one that a hub says is not shown. */
export const memberNamePattern = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
