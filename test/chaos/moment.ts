// When an act of a chaos run comes.

/** What is waited for before an act; each wait has a bound, after which the act comes all the same. */
export type Moment =
  | { when: 'now' }
  /** Something of the request has come to rest. */
  | { when: 'settled'; request: number }
  /** A step of the request is at work on the layer. */
  | { when: 'layer'; request: number; layer: 'network' | 'cluster' | 'addons' | 'membership' }
  /** Any runner is at work. */
  | { when: 'working' }
  /** A worker goes on with what another one left. */
  | { when: 'recovering' };
