// What the database holds together: schema, logins, and the values that the master keys seal.

import { stat } from 'node:fs/promises';
import { inspectLogins, inspectOwner, type ConfiguredLogins } from '../../store/inspection/inspect-logins.ts';
import { inspectSchema } from '../../store/inspection/inspect-schema.ts';
import { openInspection, type Inspect } from '../../store/inspection/open-inspection.ts';
import { findSealingKey, takeSealedSamples } from '../../store/inspection/sealed-samples.ts';
import { openVault, type Vault } from '../../vault/vault.ts';
import { findingsOf, type Finding } from '../finding.ts';

const schema = findingsOf('schema');
const logins = findingsOf('logins');
const keys = findingsOf('keys');

/** The schema. */
export async function probeSchema(inspect: Inspect): Promise<Finding[]> {
  const { faults, applied } = await inspect(inspectSchema, { asSystem: false });
  if (faults.length > 0) return faults.map(({ says, mend }) => schema.mend(says, mend));
  return [schema.well(`all ${applied} migrations are applied`)];
}

/** The logins, as far as the configuration names them. */
export async function probeLogins(
  inspect: Inspect,
  configured: ConfiguredLogins & { migrationUrl: string | undefined },
): Promise<Finding[]> {
  const faults = await inspect((sql) => inspectLogins(sql, configured), { asSystem: false });
  if (configured.migrationUrl !== undefined)
    faults.push(...(await openInspection(configured.migrationUrl)(inspectOwner, { asSystem: false })));
  if (faults.length > 0) return faults.map(({ says, mend }) => logins.mend(says, mend));
  const { own, runtime } = configured;
  return [logins.well(`${[...new Set([own, ...runtime])].join(', ')} may do their work and no more`)];
}

/** The key file, and one value of each kind under each key. */
export async function probeKeys(inspect: Inspect | undefined, file: string): Promise<Finding[]> {
  let vault: Vault;
  try {
    vault = await openVault(file);
  } catch (error) {
    return [await explainKeyFile(file, error)];
  }
  if (inspect === undefined) return [keys.unseen('whether the keys open what the database holds')];
  const { samples, sealing } = await inspect(async (sql) => ({
    samples: await takeSealedSamples(sql),
    sealing: await findSealingKey(sql),
  }));
  const found: Finding[] = [];
  const missing = new Map<string, string[]>();
  for (const { keyId, place, sealed, context } of samples) {
    if (!vault.keyIds.includes(keyId)) missing.set(keyId, [...(missing.get(keyId) ?? []), place]);
    else if (!opens(vault, sealed, context))
      found.push(
        keys.mend(
          `a value of ${place} does not open with key ${keyId} of ${file}: the key is another one of that name, or the value was changed`,
          'bring back the key file that belongs to this database, from where its copy is kept',
        ),
      );
  }
  for (const [keyId, places] of missing)
    found.push(
      keys.mend(
        `${file} lacks key ${keyId}, which seals ${places.join(', ')}`,
        'bring back the key file that belongs to this database, from where its copy is kept',
      ),
    );
  if (sealing !== undefined && !vault.keyIds.includes(sealing) && !missing.has(sealing))
    found.push(keys.mend(`${file} lacks key ${sealing}, which seals`, 'bring the key file to this host'));
  return found.length > 0 ? found : [keys.well(`${samples.length} samples open with the keys of ${file}`)];
}

function opens(vault: Vault, sealed: Buffer, context: string): boolean {
  try {
    vault.open(sealed, context);
    return true;
  } catch {
    return false;
  }
}

async function explainKeyFile(file: string, error: unknown): Promise<Finding> {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT')
    return keys.mend(
      `the master key file ${file} is missing`,
      'bring the file of this installation here and name it in FLEETYARD_MASTER_KEY_FILE; a new installation makes one with npm run secrets',
    );
  if (code === 'EACCES')
    return keys.mend(
      `this user may not read the master key file ${file}`,
      `run as its owner (user ${(await stat(file).catch(() => undefined))?.uid ?? 'unknown'})`,
    );
  const [says = '', mend = 'bring back the file of this installation'] = (error as Error).message.split(': run ');
  return keys.mend(says, mend.startsWith('chmod') ? mend : 'bring back the file of this installation');
}
