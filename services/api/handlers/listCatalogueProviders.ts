import type { Handler } from '../call.ts';
import { getCloud, isBuilt, providers } from '../../domain/providers/registry.ts';

/** Lists providers. */
export const listCatalogueProviders: Handler<'listCatalogueProviders'> = async () => {
  const items = providers.map((name) => ({
    name,
    credentialProvider: getCloud(name),
    built: isBuilt(name),
  }));
  return { status: 200, body: { items } };
};
