// Variables that are read before packages are installed, in containers, and by builds.

import type { Variable } from './variables.ts';

/** What is read elsewhere: before packages are installed, in containers, in processes of their own. */
export const outsideVariables: Readonly<Record<string, Variable>> = {
  FLEETYARD_CACHE: {
    means: 'where outside programs are kept that were downloaded or built',
    readers: ['toolchain', 'image'],
    default: "`fleetyard` in the user's cache directory",
  },
  FLEETYARD_DOWNLOADS: {
    means: '`off` keeps the toolchain from fetching programs; it builds, or says what is missing',
    readers: ['toolchain', 'image'],
    default: 'on',
  },
  FLEETYARD_PULUMI_RELEASES: {
    means: 'a mirror of the releases of the Pulumi CLI; what comes is held to the same checksums',
    readers: ['toolchain'],
    default: 'https://get.pulumi.com/releases/sdk',
  },
  FLEETYARD_PLUGIN_RELEASES: {
    means: 'the same for the official plugins',
    readers: ['toolchain'],
    default: 'https://api.pulumi.com/releases/plugins',
  },
  FLEETYARD_REDIS_SERVER: {
    means: 'path of a redis-server for the quickstart and the tests',
    readers: ['toolchain'],
    default: 'found on the PATH or in the cache',
  },
  FLEETYARD_KUBERNETES_PROGRAMS: {
    means:
      'directory with etcd, kube-apiserver, kwok, Karmada and what else local control planes run, in the pinned versions',
    readers: ['toolchain'],
    default: 'found on the PATH or in the cache, else built from their Go modules',
  },
  FLEETYARD_PROMTOOL: {
    means: 'path of a promtool, which checks the alert rules in `npm run check`',
    readers: ['toolchain'],
    default: 'found on the PATH or in the cache, else unpacked from Debian’s package',
  },
  FLEETYARD_PLUGINS: {
    means: '`baked` puts the official plugins into the image (a build argument)',
    readers: ['image', 'compose'],
    default: 'fetched into a volume',
  },
  FLEETYARD_BIND: {
    means: 'address and port of the host where `docker-compose.yml` publishes the API',
    readers: ['compose'],
    default: '127.0.0.1:8080',
  },
  FLEETYARD_TIME_SCALE: {
    means: "how fast the simulated clouds' clock goes in `docker-compose.yml`; 0 waits for nothing",
    readers: ['compose'],
    default: '0.002',
  },
};
