// What the doctor found: one line each, with the mend.

/** What is looked at, in the order in which it is told. */
export const subjects = [
  'configuration',
  'postgresql',
  'redis',
  'schema',
  'logins',
  'keys',
  'pulumi',
  'plugins',
  'simulator',
  'clocks',
  'disk',
  'workers',
  'operations',
  'audit',
] as const;

/** One of them. */
export type Subject = (typeof subjects)[number];

/**
 * Well; worth knowing; to be mended; or not looked at, because something else is in the way that is told as well.
 */
export type Standing = 'well' | 'advice' | 'mend' | 'unseen';

/** One thing that was found. */
export type Finding = { subject: Subject; standing: Standing; says: string; mend?: string };

/** Makes findings of one subject. */
export function findingsOf(subject: Subject) {
  return {
    well: (says: string): Finding => ({ subject, standing: 'well', says }),
    unseen: (says: string): Finding => ({ subject, standing: 'unseen', says }),
    advice: (says: string, mend: string): Finding => ({ subject, standing: 'advice', says, mend }),
    mend: (says: string, mend: string): Finding => ({ subject, standing: 'mend', says, mend }),
  };
}

/** For people: a line. */
export function describeFinding({ subject, standing, says, mend }: Finding): string {
  const word = { well: 'ok    ', advice: 'advice', mend: 'MEND  ', unseen: '-     ' }[standing];
  return `${word} ${subject.padEnd(13)} ${says}${mend === undefined ? '' : ` → ${mend}`}`;
}
