import { test } from 'tap';
import {
  findAcceleratorName,
  findMachine,
  findRegion,
  findVersion,
  listSupportedVersions,
  loadCatalogue,
  supportOf,
  zonesWithMachine,
} from '../../catalogue/catalogue.ts';
import { catalogueProviders } from '../../catalogue/types.ts';
import { getBlock, isInside, overlaps, parseBlock } from '../../services/domain/cidr.ts';

const catalogue = loadCatalogue();
const now = new Date('2026-11-21T00:00:00Z');
const providers = catalogueProviders;
const repeated = (names: readonly string[]): string[] => names.filter((name, index) => names.indexOf(name) !== index);

test('the facts carry their day', async (t) => {
  t.match(catalogue.asOf, /^\d{4}-\d{2}-\d{2}$/);
});

test('the facts cannot be changed', async (t) => {
  t.throws(() => catalogue.regions.eks.pop());
});

for (const provider of providers) {
  test(`${provider} has at least 25 regions, each once, with zones of its own`, async (t) => {
    const regions = catalogue.regions[provider];
    t.ok(regions.length >= 25, `${regions.length} regions`);
    t.same(repeated(regions.map(({ name }) => name)), []);
    for (const { name, zones, country } of regions) {
      t.match(country, /^[A-Z]{2}$/, name);
      t.same(repeated(zones), [], name);
      for (const zone of zones) t.match(zone, provider === 'aks' ? /^[123]$/ : new RegExp(`^${name}-?[a-f]$`));
    }
  });

  test(`${provider} has one default version, which is supported today`, async (t) => {
    const versions = catalogue.versions[provider];
    const defaults = versions.filter((version) => version.default === true);
    t.equal(defaults.length, 1);
    t.ok(listSupportedVersions(catalogue, provider, now).includes(defaults[0] ?? versions[0]!));
    for (const version of versions) {
      t.match(version.minor, /^1\.\d+$/);
      t.ok(version.exact.length > 0);
      for (const exact of version.exact) t.ok(exact === version.minor || exact.startsWith(`${version.minor}.`), exact);
      t.match(version.standardUntil, /^\d{4}-\d{2}-\d{2}$/);
      if (version.extendedUntil !== undefined) t.ok(version.extendedUntil > version.standardUntil, version.minor);
    }
  });

  test(`${provider} has machines, each once, where its regions and zones exist`, async (t) => {
    const machines = catalogue.machines[provider];
    t.same(repeated(machines.map(({ name }) => name)), []);
    for (const machine of machines) {
      t.ok(machine.cpu > 0 && machine.memoryGiB > 0, machine.name);
      for (const region of machine.regions ?? [])
        t.ok(findRegion(catalogue, provider, region), `${machine.name} ${region}`);
      for (const [name, zones] of Object.entries(machine.zones ?? {})) {
        const region = findRegion(catalogue, provider, name);
        for (const zone of zones) t.ok(region?.zones.includes(zone), `${machine.name} ${zone}`);
      }
      if (machine.accelerator !== undefined) {
        t.equal(findAcceleratorName(catalogue, machine.accelerator.type), machine.accelerator.type, machine.name);
      }
    }
    for (const purpose of ['general', 'compute', 'memory', 'gpu']) {
      t.ok(
        machines.some((machine) => machine.purpose === purpose),
        purpose,
      );
    }
  });

  test(`${provider} has limits whose patterns compile`, async (t) => {
    t.doesNotThrow(() => new RegExp(catalogue.limits[provider].poolName.pattern));
    t.doesNotThrow(() => new RegExp(catalogue.tags[provider].keyPattern, 'u'));
    t.doesNotThrow(() => new RegExp(catalogue.tags[provider].valuePattern, 'u'));
  });
}

test('every range is well formed, and the default pools keep clear of the reserved ones and of each other', async (t) => {
  const { ranges } = catalogue;
  const reserved = Object.values(ranges.reserved).flatMap((list) => list.map(({ cidr }) => cidr));
  const secondary = ranges.secondaryBlocks.eks.flatMap(({ primary, refused }) => [primary, ...refused]);
  for (const cidr of [...ranges.private, ...reserved, ...secondary, ...ranges.refusedServices.eks])
    t.ok(parseBlock(cidr), cidr);
  const pools = Object.values(ranges.defaultPools);
  for (const [index, pool] of pools.entries()) {
    t.ok(
      ranges.private.some((cidr) => isInside(getBlock(pool), getBlock(cidr))),
      pool,
    );
    for (const cidr of [...reserved, ...pools.slice(index + 1)])
      t.notOk(overlaps(getBlock(pool), getBlock(cidr)), cidr);
  }
});

test('support is read off the day', async (t) => {
  const version = findVersion(catalogue, 'eks', '1.34')!;
  t.equal(supportOf(version, new Date('2026-12-02T23:00:00Z')), 'standard');
  t.equal(supportOf(version, new Date('2026-12-03T00:00:00Z')), 'extended');
  t.equal(supportOf(version, new Date('2028-01-01T00:00:00Z')), 'ended');
  t.same(
    listSupportedVersions(catalogue, 'gke', now).map(({ minor }) => minor),
    ['1.36', '1.35'],
  );
});

test('a machine is looked for in the zones that have it', async (t) => {
  const zones = (provider: 'eks' | 'gke', name: string, region: string) =>
    zonesWithMachine(findMachine(catalogue, provider, name)!, findRegion(catalogue, provider, region)!);
  t.same(zones('gke', 'g2-standard-8', 'europe-west1'), ['europe-west1-b', 'europe-west1-c']);
  t.same(zones('gke', 'g2-standard-8', 'europe-west10'), []);
  t.same(zones('eks', 'g6.xlarge', 'af-south-1'), []);
  t.same(zones('eks', 'm6i.large', 'eu-central-1'), ['eu-central-1a', 'eu-central-1b', 'eu-central-1c']);
});
