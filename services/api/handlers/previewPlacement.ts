import { isFleetyardError } from '../../domain/errors.ts';
import { getCredential, getCredentialSecret } from '../../store/credentials.ts';
import type { Handler, Parts } from '../call.ts';
import { describePreview, preparePreview, type PreparedPreview } from '../preview-placement.ts';

/** Says what would come of a placement; nothing is changed. The hub is asked for what is selected, unless the request says it. */
export const previewPlacement: Handler<'previewPlacement'> = async ({ body, parts, asProject }) => {
  const { workload } = body;
  const { prepared, credential } = await asProject(async (tx) => {
    const found = await preparePreview(tx, body);
    if (workload !== undefined) return { prepared: found, credential: undefined };
    const { hubCredentialId } = found.federation;
    const row = await getCredential(tx, hubCredentialId);
    const secret = (await getCredentialSecret(tx, hubCredentialId)) as Record<string, string>;
    return { prepared: found, credential: { ...row, secret } };
  });
  const selected =
    credential === undefined
      ? { objects: workload === undefined ? [] : [workload], unread: null }
      : await readSelected(parts, prepared, credential);
  return { status: 200, body: describePreview(prepared, selected) };
};

type Credential = Parameters<Parts['listSelected']>[0]['credential'];

/** A hub that can't be asked is no obstacle to the rest of the preview. */
async function readSelected(
  { listSelected }: Parts,
  { federation, document }: PreparedPreview,
  credential: Credential,
): Promise<{ objects: Record<string, unknown>[]; unread: string | null }> {
  try {
    const objects = await listSelected({ engine: federation.engine, credential, select: document.select });
    const unread =
      objects === undefined ? 'objects of the core group are not looked into: say one as `workload`' : null;
    return { objects: objects ?? [], unread };
  } catch (error) {
    if (!isFleetyardError(error)) throw error;
    return { objects: [], unread: error.message };
  }
}
