import { findRegion, zonesWithMachine } from '../../../catalogue/catalogue.ts';
import type { Handler } from '../call.ts';
import { getBuiltProvider } from '../catalogue-provider.ts';
import { ParameterProblem } from '../problems.ts';

/** Lists a provider's machine types, of one region when it is named. */
export const listCatalogueMachineTypes: Handler<'listCatalogueMachineTypes'> = async ({ parts, path, query }) => {
  const provider = getBuiltProvider(path.provider);
  const region = query.region === undefined ? undefined : findRegion(parts.catalogue, provider, query.region);
  if (query.region !== undefined && region === undefined) {
    throw new ParameterProblem([
      { parameter: 'region', code: 'unknown-region', message: 'is not a region of the provider' },
    ]);
  }
  const machines = parts.catalogue.machines[provider];
  const items = machines
    .filter((machine) => region === undefined || zonesWithMachine(machine, region).length > 0)
    .map(({ name, cpu, memoryGiB, accelerator }) => ({ name, cpu, memoryGiB, accelerator: accelerator ?? null }));
  return { status: 200, body: { items } };
};
