// Chooses the machine type of a pool: the smallest that has at least what was asked.

import { findAcceleratorName, findMachine, zonesWithMachine } from '../../catalogue/catalogue.ts';
import type { Catalogue, CatalogueProvider, Machine, Region } from '../../catalogue/types.ts';
import type { Schemas } from '../contract/schemas.ts';
import { offerNearest } from './suggest.ts';

/** Where a machine is wanted. */
export type MachinePlace = {
  catalogue: Catalogue;
  provider: CatalogueProvider;
  region: Region;
  /** Zones that must all have it; any zone of the region will do when not said. */
  zones?: readonly string[];
};

/** A machine, or why there is none and which part of the request is to blame. */
export type MachineChoice =
  | { machine: Machine; zones: string[] }
  | { fault: string; field: '' | '/cpu' | '/memoryGiB' | '/accelerator' | '/accelerator/type' | '/accelerator/count' };

/**
 * The smallest machine that has at least what was asked: fewest accelerators, then fewest CPUs, then least memory, then
 * the order of the catalogue, so that the answer is always the same. A machine with accelerators is chosen only for a
 * request that names one.
 */
export function chooseMachine(request: Schemas['Machine'], place: MachinePlace): MachineChoice {
  const asked = request.accelerator;
  const accelerator = asked === undefined ? undefined : findAcceleratorName(place.catalogue, asked.type);
  if (asked !== undefined && accelerator === undefined) {
    const known = place.catalogue.accelerators;
    const listed = (): string => ` Known are ${known.map(({ name }) => name).join(', ')}.`;
    const message = `Unknown accelerator ${asked.type}.${offerNearest(asked.type, known) || listed()}`;
    return { fault: message, field: '/accelerator/type' };
  }
  const ofKind = place.catalogue.machines[place.provider].filter(
    (machine) => !machine.byNameOnly && machine.accelerator?.type === accelerator,
  );
  const here = ofKind.filter((machine) => isAvailable(machine, place));
  if (here.length === 0) return { fault: describeAbsence(accelerator, ofKind, place), field: '/accelerator' };
  const counted = here.filter((machine) => (machine.accelerator?.count ?? 0) >= (asked?.count ?? 0));
  if (counted.length === 0) {
    const most = Math.max(...here.map((machine) => machine.accelerator?.count ?? 0));
    return {
      fault: `The most ${accelerator} accelerators of one machine here are ${most}.`,
      field: '/accelerator/count',
    };
  }
  const fitting = counted.filter((machine) => machine.cpu >= request.cpu && machine.memoryGiB >= request.memoryGiB);
  const [machine] = fitting.toSorted(
    (a, b) => (a.accelerator?.count ?? 0) - (b.accelerator?.count ?? 0) || a.cpu - b.cpu || a.memoryGiB - b.memoryGiB,
  );
  return machine === undefined
    ? describeTooLarge(request, counted)
    : { machine, zones: zonesWithMachine(machine, place.region) };
}

/** Looks a machine type up by its name. */
export function chooseNamedMachine(name: string, place: MachinePlace): MachineChoice {
  const machine = findMachine(place.catalogue, place.provider, name);
  if (machine === undefined) {
    const offered = offerNearest(name, place.catalogue.machines[place.provider]);
    return { fault: `Unknown machine type ${name}.${offered}`, field: '' };
  }
  if (!isAvailable(machine, place)) {
    const zones = zonesWithMachine(machine, place.region);
    const where = zones.length > 0 ? `${place.region.name} only in ${zones.join(', ')}` : listRegions([machine], place);
    return { fault: `${name} is not available here; it is in ${where}.`, field: '' };
  }
  return { machine, zones: zonesWithMachine(machine, place.region) };
}

function isAvailable(machine: Machine, place: MachinePlace): boolean {
  const zones = zonesWithMachine(machine, place.region);
  return zones.length > 0 && (place.zones ?? []).every((zone) => zones.includes(zone));
}

function describeAbsence(accelerator: string | undefined, ofKind: readonly Machine[], place: MachinePlace): string {
  const what = accelerator === undefined ? 'machine' : `machine with ${accelerator}`;
  if (ofKind.length === 0) {
    const kinds = place.catalogue.machines[place.provider].flatMap((machine) => machine.accelerator?.type ?? []);
    return `${place.provider} has no ${what}. It has ${[...new Set(kinds)].join(', ')}.`;
  }
  const inZones = place.zones === undefined ? '' : ` in all of ${place.zones.join(', ')}`;
  return `${place.region.name} has no ${what}${inZones}. There are some in ${listRegions(ofKind, place)}.`;
}

function listRegions(machines: readonly Machine[], { catalogue, provider }: MachinePlace): string {
  const regions = catalogue.regions[provider].filter((region) =>
    machines.some((machine) => zonesWithMachine(machine, region).length > 0),
  );
  return regions.map(({ name }) => name).join(', ');
}

function describeTooLarge(request: Schemas['Machine'], machines: readonly Machine[]): MachineChoice {
  const mostCpu = Math.max(...machines.map(({ cpu }) => cpu));
  if (mostCpu < request.cpu) return { fault: `The largest machine here has ${mostCpu} CPUs.`, field: '/cpu' };
  const enoughCpu = machines.filter(({ cpu }) => cpu >= request.cpu);
  const most = Math.max(...enoughCpu.map(({ memoryGiB }) => memoryGiB));
  return { fault: `The machine with the most memory here has ${most} GiB.`, field: '/memoryGiB' };
}
