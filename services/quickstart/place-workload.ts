// Sends a workload to the federation's hub as anybody would, by kubectl, and looks in each cluster where its pods run.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runCommand } from '../../toolchain/run-command.mjs';
import { unwrap, type FleetyardClient } from '../contract/client.ts';

/** A cluster's file for kubectl, and what runs there. */
export type Placed = { cluster: string; kubeconfig: string; ready: number; nodes: string[] };

/** What is sent, by what, and how long pods are waited for. */
export type Placing = {
  kubectl: string;
  /** Kubeconfig of the hub. */
  hub: string;
  manifest: string;
  /** Of the pods, such as `app=hello`. */
  selector: string;
  replicas: number;
  waitSeconds: number;
  signal: AbortSignal;
};

/** Writes a kubeconfig of each cluster into a folder that only its owner can read; they are good for an hour. */
export async function writeKubeconfigs(
  client: FleetyardClient,
  clusters: readonly { id: string; name: string }[],
  folder: string,
): Promise<Map<string, string>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const files = new Map<string, string>();
  for (const { id, name } of clusters) {
    const path = { cluster: id };
    const answer = unwrap(await client.GET('/v1/clusters/{cluster}/kubeconfig', { params: { path } }));
    const kubeconfig = typeof answer === 'string' ? answer : answer.kubeconfig;
    const file = join(folder, `${name}.yaml`);
    await writeFile(file, kubeconfig, { mode: 0o600 });
    files.set(name, file);
  }
  return files;
}

/** Applies the manifest to the hub and waits until all pods run somewhere. Throws with kubectl's words, or with what runs by then. */
export async function placeWorkload(placing: Placing, kubeconfigs: ReadonlyMap<string, string>): Promise<Placed[]> {
  const { kubectl, hub, manifest, replicas, waitSeconds, signal } = placing;
  await run(kubectl, ['--kubeconfig', hub, 'apply', '--server-side', '-f', manifest]);
  for (const end = Date.now() + waitSeconds * 1000; ; await delay(500, undefined, { signal })) {
    const placed = await Promise.all([...kubeconfigs].map(([cluster, file]) => findPods(placing, cluster, file)));
    const ready = placed.reduce((sum, each) => sum + each.ready, 0);
    if (ready >= replicas) return placed;
    if (Date.now() < end) continue;
    const where = placed.map((each) => `${each.cluster} ${each.ready}`).join(', ');
    throw new Error(`after ${waitSeconds} s ${ready} of ${replicas} pods run: ${where}`);
  }
}

type PodList = {
  items: { spec: { nodeName?: string }; status: { phase?: string } }[];
};

async function findPods({ kubectl, selector }: Placing, cluster: string, kubeconfig: string): Promise<Placed> {
  const text = await run(kubectl, ['--kubeconfig', kubeconfig, 'get', 'pods', '-l', selector, '-o', 'json']);
  const running = (JSON.parse(text) as PodList).items.filter(({ status }) => status.phase === 'Running');
  const nodes = [...new Set(running.flatMap(({ spec }) => spec.nodeName ?? []))].sort();
  return { cluster, kubeconfig, ready: running.length, nodes };
}

async function run(kubectl: string, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(kubectl, args, { timeoutMs: 60_000 });
  if (code !== 0) throw new Error(`kubectl ${args.slice(2, 4).join(' ')}: ${stderr.trim()}`);
  return stdout;
}
