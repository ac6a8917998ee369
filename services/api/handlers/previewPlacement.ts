import { previewPlacement as preview } from '../preview-placement.ts';
import type { Handler } from '../call.ts';

/** Says what would come of a placement; nothing is changed. */
export const previewPlacement: Handler<'previewPlacement'> = async ({ body, asProject }) => ({
  status: 200,
  body: await asProject((tx) => preview(tx, body)),
});
