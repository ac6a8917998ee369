// Which providers the catalogue has facts about.

import type { CatalogueProvider } from '../../catalogue/types.ts';
import { FleetyardError } from '../domain/errors.ts';
import { isManagedProvider, type Provider } from '../domain/providers/registry.ts';

/** The provider, when the catalogue knows it; throws `not-found`. */
export function getBuiltProvider(provider: Provider): CatalogueProvider {
  if (!isManagedProvider(provider))
    throw new FleetyardError('not-found', `The catalogue has no facts about ${provider} yet.`);
  return provider;
}
