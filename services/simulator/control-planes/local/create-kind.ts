// Makes the kind of local control planes with the programs that the toolchain finds or builds.
import { describeProgress } from '../../../../toolchain/progress.mjs';
import { findKubernetesPrograms } from '../../../../toolchain/kubernetes.mjs';
import type { KindParts } from '../kind.ts';
import { LocalKind, type FindPrograms } from './kind.ts';

const SAY_EVERY_MS = 15_000;

/** Finds the programs once, whoever asks; building them is told in the daemon's log. */
function createFinder(): FindPrograms {
  let finding: ReturnType<FindPrograms> | undefined;
  return (names, { signal }) => {
    let said = 0;
    finding ??= findKubernetesPrograms(names, {
      signal,
      onProgress(progress) {
        if (Date.now() - said < SAY_EVERY_MS) return;
        said = Date.now();
        process.stderr.write(`simulator: ${describeProgress(progress)}\n`);
      },
    }).catch((error: unknown) => {
      // The next control plane tries again.
      finding = undefined;
      throw error;
    });
    return finding;
  };
}

/** Makes the kind. */
export function createLocalKind(parts: KindParts): LocalKind {
  return new LocalKind(parts, createFinder());
}
