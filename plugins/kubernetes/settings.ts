// The switches of the provider's configuration, each with the variable that stands in for it.
import type { Properties } from '../kit/values.ts';

/** How the provider behaves. */
export type Settings = {
  /** What cannot be reached counts as deleted. */
  deleteUnreachable: boolean;
  /** What cannot be reached stays as it is. */
  skipUpdateUnreachable: boolean;
  serverSideApply: boolean;
  /** Applies take fields away from other managers. */
  patchForce: boolean;
  /** A create changes an object of its name instead of stopping at it. */
  upsert: boolean;
  configMapMutable: boolean;
  secretMutable: boolean;
};

/** Reads the switches; the configuration wins over the environment. */
export function readSettings(config: Properties, environment: Record<string, string | undefined>): Settings {
  const read = (name: string, variable: string, otherwise = false): boolean => {
    const given = config[name];
    if (typeof given === 'boolean') return given;
    if (typeof given === 'string' && given !== '') return given === 'true';
    const ambient = environment[`PULUMI_K8S_${variable}`];
    return ambient === undefined ? otherwise : ambient === 'true';
  };
  return {
    deleteUnreachable: read('deleteUnreachable', 'DELETE_UNREACHABLE'),
    skipUpdateUnreachable: read('skipUpdateUnreachable', 'SKIP_UPDATE_UNREACHABLE'),
    serverSideApply: read('enableServerSideApply', 'ENABLE_SERVER_SIDE_APPLY', true),
    patchForce: read('enablePatchForce', 'ENABLE_PATCH_FORCE'),
    upsert: read('upsertExistingObjects', 'UPSERT_EXISTING_OBJECTS'),
    configMapMutable: read('enableConfigMapMutable', 'ENABLE_CONFIGMAP_MUTABLE'),
    secretMutable: read('enableSecretMutable', 'ENABLE_SECRET_MUTABLE'),
  };
}
