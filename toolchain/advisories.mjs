// What a registry knows against the locked packages, less what was accepted with a reason and until a day.

/** @typedef {{ package: string, id: string, title: string, severity: string }} Advisory */
/** @typedef {Record<string, { reason: string, until: string }>} Accepted by the id of the advisory; `until` is a date */

/**
 * Reads what `npm audit --json` printed.
 * @param {string} text
 * @returns {Advisory[] | undefined} undefined when no registry answered
 */
export function readAdvisories(text) {
  /** @type {{ vulnerabilities?: Record<string, { via: (string | { name: string, url: string, title: string, severity: string })[] }> }} */
  let report;
  try {
    report = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (report.vulnerabilities === undefined) return undefined;
  /** @type {Map<string, Advisory>} */
  const found = new Map();
  for (const { via } of Object.values(report.vulnerabilities)) {
    for (const cause of via) {
      // A text names another entry, which has the advisory itself.
      if (typeof cause === 'string') continue;
      const id = cause.url.slice(cause.url.lastIndexOf('/') + 1);
      found.set(`${cause.name} ${id}`, { package: cause.name, id, title: cause.title, severity: cause.severity });
    }
  }
  return [...found.values()];
}

/**
 * @param {Advisory[]} advisories
 * @param {Accepted} accepted
 * @param {string} today as `2026-01-31`
 * @returns {string[]} a line for each that nobody accepted, or for longer than its day, and for each acceptance without use
 */
export function judgeAdvisories(advisories, accepted, today) {
  const open = advisories.filter(({ id }) => !((accepted[id]?.until ?? '') >= today));
  const used = new Set(advisories.map(({ id }) => id));
  return [
    ...open.map(({ package: name, id, title, severity }) => `${name}: ${severity}, ${title} (${id})`),
    ...Object.keys(accepted)
      .filter((id) => !used.has(id))
      .map((id) => `${id} is accepted in advisories.json and no package has it any more`),
  ];
}
