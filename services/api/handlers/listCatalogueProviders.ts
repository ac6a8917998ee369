// Answers listCatalogueProviders.

import { builtProviders, cloudOf, providers } from '../../domain/cluster-spec.ts';
import type { Handler } from '../call.ts';

/** Lists providers. */
export const listCatalogueProviders: Handler<'listCatalogueProviders'> = async () => {
  const items = providers.map((name) => ({
    name,
    credentialProvider: cloudOf[name],
    built: (builtProviders as readonly string[]).includes(name),
  }));
  return { status: 200, body: { items } };
};
