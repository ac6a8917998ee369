import { supportOf } from '../../../catalogue/catalogue.ts';
import type { Handler } from '../call.ts';
import { getBuiltProvider } from '../catalogue-provider.ts';

/** Lists a provider's Kubernetes versions with the support that they have today. */
export const listCatalogueVersions: Handler<'listCatalogueVersions'> = async ({ parts, path }) => {
  const versions = parts.catalogue.versions[getBuiltProvider(path.provider)];
  const items = versions.map((version) => ({
    version: version.minor,
    exact: [...version.exact],
    default: version.default === true,
    support: supportOf(version, parts.clock()),
    standardUntil: version.standardUntil,
  }));
  return { status: 200, body: { items } };
};
