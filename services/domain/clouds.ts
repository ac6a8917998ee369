// What a credential reaches: a cloud, hosts or a hub.

import type { Schemas } from '../contract/schemas.ts';

/** What a credential reaches. */
export type Cloud = Schemas['CredentialProvider'];
