// Which providers the catalogue has facts about.

import type { CatalogueProvider } from '../../catalogue/types.ts';
import { builtProviders, type Provider } from '../domain/cluster-spec.ts';
import { FleetyardError } from '../domain/errors.ts';

/** The provider, when the catalogue knows it; throws `not-found`. */
export function getBuiltProvider(provider: Provider): CatalogueProvider {
  const built = builtProviders.find((each) => each === provider);
  if (built === undefined) throw new FleetyardError('not-found', `The catalogue has no facts about ${provider} yet.`);
  return built;
}
