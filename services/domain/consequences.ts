// What follows a unit of work once it has been committed: the store gathers it, and the mains say who delivers it.

/** Which operation has something to do, at which of its attempts, and after how long. */
export type Signal = { operationId: string; attempt: number; delaySeconds?: number };

/** One thing that follows. It may be delivered twice or, when the process dies, never: a sweep makes up for what is lost. */
export type Consequence = { kind: 'signal'; signal: Signal };

/** An operation has a new event. The store tells listeners itself; whoever misses it looks again after a while. */
export type News = { kind: 'news'; operationId: string };
