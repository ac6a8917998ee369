// How an unknown value is written between plugin and daemon.

/** Stands for an unknown value on the simulator's wire. */
export const UNKNOWN_TEXT = '\u0000unknown';
