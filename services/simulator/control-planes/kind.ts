// What a kind of control plane does. All of it may take long and may fail with a reason; all of it may be asked for again.
import type { ControlPlane, PlacedPool } from '../clouds/control-plane.ts';
import type { Clock } from '../ledger/clock.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** What is to be opened. The id is chosen before, so that an opening that was cut off can be found again. */
export type ControlPlaneOrder = { id: string; account: string; version: string };

/** A kind of control plane. Calls for one control plane come one after another. */
export type ControlPlaneKind = {
  /** Opens a control plane; one that is half open is opened to the end. */
  open(order: ControlPlaneOrder): Promise<ControlPlane>;
  /** Finds one that was opened before, also by an earlier daemon; undefined when it is not there any more. */
  find(id: string): Promise<ControlPlane | undefined>;
  upgrade(id: string, version: string): Promise<void>;
  /** Makes the nodes of one pool what they are to be. */
  scale(id: string, pool: PlacedPool): Promise<void>;
  /** Closes it with all that it holds; one that is not there is closed. */
  close(id: string): Promise<void>;
  /** Stops what runs in or for this daemon, which ends; what it knows stays. */
  stop?(): Promise<void>;
};

/** What kinds are made of. */
export type KindParts = {
  ledger: Ledger;
  clock: Clock;
  /** Aborted when the daemon stops; what stands then stays. */
  signal: AbortSignal;
  /** `127.0.0.1:PORT` of the daemon. */
  host: () => string;
  /** The daemon's folder: absolute, and without links. */
  dataDir: string;
  /** Says that an open control plane is lost, and why. */
  report(id: string, reason: string): void;
};

/** Makes a kind. */
export type CreateKind = (parts: KindParts) => ControlPlaneKind;

/** The kinds by the names that accounts choose them by. */
export type KindTable = Record<string, CreateKind>;
