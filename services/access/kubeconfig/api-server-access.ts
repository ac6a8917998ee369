// How one API server is reached: the only form in which a kubeconfig lives inside of Fleetyard.

import type { Origin } from '../../outgoing/outgoing-guard.ts';
import type { OutgoingTls } from '../../outgoing/send-request.ts';
import type { OutgoingUrl } from '../../outgoing/read-url.ts';

/** An API server and who we are to it; every field was parsed, and there are no others. */
export type ApiServerAccess = OutgoingTls & {
  /** Name of the context. */
  name: string;
  url: OutgoingUrl;
  /** Whose word the address is. */
  origin: Origin;
  token?: string;
};
