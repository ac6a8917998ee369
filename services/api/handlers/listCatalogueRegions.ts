import type { Handler } from '../call.ts';
import { getBuiltProvider } from '../catalogue-provider.ts';

/** Lists a provider's regions and zones. */
export const listCatalogueRegions: Handler<'listCatalogueRegions'> = async ({ parts, path }) => {
  const regions = parts.catalogue.regions[getBuiltProvider(path.provider)];
  const items = regions.map(({ name, place, country, zones }) => ({ name, place, country, zones: [...zones] }));
  return { status: 200, body: { items } };
};
