// The configuration: faults of what is read, and variables that nobody reads.

import { outsideVariables } from '../../config/outside-variables.ts';
import { variableGroups } from '../../config/variables.ts';
import { suggestNearest } from '../../domain/suggest.ts';
import { findingsOf, type Finding } from '../finding.ts';

const { advice, mend, well } = findingsOf('configuration');

const known = [...Object.values(variableGroups), outsideVariables].flatMap((group) => Object.keys(group));
/** What processes of ours tell each other, and tests. */
const ours = /^FLEETYARD_(STEP|SIMULATOR_(TOKEN|ACCOUNT)|(TEST|CHAOS)_.*)$/;

/** Tells every fault, and what was meant for us and is read by nobody. */
export function probeConfiguration(faults: readonly string[], environment: NodeJS.ProcessEnv): Finding[] {
  const found = faults.map((fault) => mend(fault, 'set it right (docs/configuration.md)'));
  if (found.length === 0) found.push(well('all variables can be read'));
  const unread = Object.keys(environment).filter((name) => name.startsWith('FLEETYARD_') && !isKnown(name));
  for (const name of unread.toSorted()) {
    const [nearest] = suggestNearest(name, known, 1);
    found.push(advice(`nobody reads ${name}`, nearest === undefined ? 'leave it out' : `is ${nearest} meant?`));
  }
  return found;
}

function isKnown(name: string): boolean {
  return known.includes(name) || known.includes(name.replace(/_FILE$/, '')) || ours.test(name);
}
