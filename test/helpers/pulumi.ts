// The Pulumi CLI for tests: the one that test/run.ts found, or the toolchain's own search when a file runs by hand.
import { findPulumi } from '../../toolchain/pulumi.mjs';

/** The path of the pinned Pulumi CLI. */
export async function getTestPulumi(): Promise<string> {
  const { binary } = await findPulumi({});
  return binary;
}
