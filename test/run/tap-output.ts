// Reads the TAP that one test file printed: its tests (the outermost results) and what failed inside them.

/** One outermost test of a file. */
export type TestResult = {
  name: string;
  outcome: 'passed' | 'failed' | 'skipped';
  /** For people: the failed assertions with their diagnostics; empty unless failed. */
  details: string[];
};

/** What a whole file said. `complete` is false when it ended before its plan, as after a crash. */
export type TapReport = { results: TestResult[]; complete: boolean };

const RESULT = /^( *)(not ok|ok)\b(?: \d+)?(?: - )?(.*)$/;

/** Reads the output of one file. Lines that are not TAP (a stray print) are ignored. */
export function readTap(output: string): TapReport {
  const results: TestResult[] = [];
  const blocks = new Map<TestResult, string[]>();
  let planned: number | undefined;
  let block: string[] = [];
  for (const line of output.split('\n')) {
    const plan = /^1\.\.(\d+)/.exec(line);
    if (plan !== null) planned = Number(plan[1]);
    // What stands between a test's comment and the next one is the test's: children come before the result, diagnostics after it.
    if (line.startsWith('# Subtest: ')) block = [];
    else block.push(line);
    const [, indent, word, text = ''] = RESULT.exec(line) ?? [];
    if (indent !== '' || word === undefined) continue;
    // An assertion outside any test has no comment before it.
    if ([...blocks.values()].includes(block)) block = [line];
    const result: TestResult = { name: clean(text), outcome: judge(word, text), details: [] };
    results.push(result);
    blocks.set(result, block);
  }
  for (const [result, lines] of blocks) {
    if (result.outcome === 'failed') result.details = selectFailures(lines);
  }
  return { results, complete: planned === results.length };
}

function judge(word: string, text: string): TestResult['outcome'] {
  if (/# (SKIP|TODO)\b/i.test(text)) return 'skipped';
  return word === 'ok' ? 'passed' : 'failed';
}

/** The failed lines inside a test, each with its diagnostics but without the quoted source, which the place makes superfluous. */
function selectFailures(lines: string[]): string[] {
  const selected: string[] = [];
  let inside: 'diagnostics' | 'source' | undefined;
  let failing = false;
  for (const line of lines) {
    const [, indent = '', word, text = ''] = RESULT.exec(line) ?? [];
    if (word !== undefined && inside === undefined) {
      failing = judge(word, text) === 'failed';
      if (failing && indent !== '') selected.push(`${indent}✗ ${clean(text)}`);
    } else if (/^ +---$/.test(line)) inside = 'diagnostics';
    else if (/^ +\.\.\.$/.test(line)) inside = undefined;
    else if (/^ +source: >?/.test(line)) inside = 'source';
    else if (inside === 'source' && /^ +[a-z][A-Za-z]*:( |$)/.test(line)) inside = 'diagnostics';
    if (
      failing &&
      inside === 'diagnostics' &&
      !/^ +---$/.test(line) &&
      line.trim() !== '' &&
      !line.includes('(node_modules/')
    )
      selected.push(line);
  }
  return selected;
}

function clean(text: string): string {
  return text.replace(/ # time=.*$/, '').replace(/ \{$/, '');
}
