// Decides how the API server of a cluster can be reached, and by whom.

import type { Catalogue } from '../../catalogue/types.ts';
import type { Schemas } from '../contract/schemas.ts';
import { getBlock, isInside, parseBlock } from './cidr.ts';
import type { ManagedCluster } from './cluster-spec.ts';
import type { ErrorDetail } from './errors.ts';
import { getManagedRules } from './providers/registry.ts';
import type { Access, ManagedProvider } from './providers/rules.ts';

/** What the ways are decided with. */
type AccessContext = {
  catalogue: Catalogue;
  defaultAllowedCidrs?: readonly string[] | undefined;
  previous: ManagedCluster | undefined;
};

/** Decides the ways to the API server; what is wrong with them is told with pointers into the request. */
export function resolveAccess(
  asked: Schemas['Access'],
  provider: ManagedProvider,
  context: AccessContext,
  details: ErrorDetail[],
): Access {
  const { catalogue } = context;
  const isPublic = asked.public ?? true;
  const access = {
    private: asked.private ?? true,
    public: isPublic,
    allowedCidrs: chooseAllowed(asked, isPublic, context),
  };
  const say = (field: string, message: string): number =>
    details.push({ pointer: `/access/${field}`, message, code: 'access-invalid' });
  if (!access.public && !access.private) say('private', 'A cluster without public access needs private access.');
  if (!access.public && access.allowedCidrs.length > 0) say('allowedCidrs', 'They bound public access, which is off.');
  if (access.public && access.allowedCidrs.length === 0 && context.previous?.access.public !== true) {
    say(
      'allowedCidrs',
      'Say who may use the public endpoint: ranges, or 0.0.0.0/0 for everybody; or set public to false.',
    );
  }
  const refused = getManagedRules(provider).findAccessFault(access);
  if (refused !== undefined) say(refused.field, refused.message);
  const most = catalogue.limits[provider].allowedCidrs;
  if (access.allowedCidrs.length > most) say('allowedCidrs', `${provider} takes at most ${most} of them.`);
  for (const [index, cidr] of access.allowedCidrs.entries()) {
    const block = parseBlock(cidr);
    if (block === undefined) {
      say(`allowedCidrs/${index}`, `${cidr} is not an IPv4 range such as 203.0.113.0/24.`);
    } else if (catalogue.ranges.private.some((own) => isInside(block, getBlock(own)))) {
      say(`allowedCidrs/${index}`, `${cidr} is private; public access is bounded by public addresses.`);
    }
  }
  return access;
}

/** What the request says, else what stands (in clusters of old an empty list, which is everybody), else what the installation says. */
function chooseAllowed(
  { allowedCidrs = [] }: Schemas['Access'],
  isPublic: boolean,
  { previous, defaultAllowedCidrs = [] }: AccessContext,
): string[] {
  if (allowedCidrs.length > 0 || !isPublic) return allowedCidrs;
  return previous?.access.public === true ? previous.access.allowedCidrs : [...defaultAllowedCidrs];
}
