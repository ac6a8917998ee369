// `npm run generate`: docs/problems, a page for each type of problem; with `--check` it only says what is out of date.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { endpointNames, endpointTable } from '../contract/schemas.ts';
import { errorCodes, type ErrorCode } from '../domain/errors.ts';
import { problemPages } from './problem-pages.ts';
import { problemTypeOf, problemTypes, type ProblemCode } from './problems.ts';

const folder = new URL('../../docs/problems/', import.meta.url).pathname;
const notice = '<!-- Made by `npm run generate` from services/api/problem-pages.ts. -->';
const codes = Object.keys(problemTypes) as ProblemCode[];

function describePage(code: ProblemCode): string {
  const { status, title } = problemTypes[code];
  const { means, causes, wayOut } = problemPages[code];
  const retryable = code in errorCodes && errorCodes[code as ErrorCode].retryable;
  const list = (items: readonly string[]): string[] => items.map((item) => `- ${item}`);
  const others = endpointNames.filter((name) => endpointTable[name].statuses.includes(status)).length;
  return [
    `# ${title}`,
    '',
    notice,
    '',
    `\`${problemTypeOf(code)}\`, status ${status}`,
    '',
    means,
    '',
    '## What causes it',
    '',
    ...list(causes),
    '',
    '## What leads out',
    '',
    ...list(wayOut),
    '',
    `The same request may succeed later: ${retryable ? 'yes' : 'no, not unless something changes'}. ${others} of ${endpointNames.length} endpoints may answer ${status}.`,
    '',
  ].join('\n');
}

function describeIndex(): string {
  const rows = codes.map((code) => {
    const { status, title } = problemTypes[code];
    return `| [\`${code}\`](${code}.md) | ${status} | ${title} |`;
  });
  return [
    '# Problems',
    '',
    notice,
    '',
    'Every refusal and failure is `application/problem+json` (RFC 9457). Its `type` is `urn:fleetyard:problem:` and a code that is never',
    'renamed or reused; `errors` names every wrong field by a JSON pointer, and `wayOut` the calls that lead out.',
    '',
    '| code | status | title |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

async function writePages(check: boolean): Promise<string[]> {
  const options = { ...(await resolveConfig(folder)), parser: 'markdown' };
  const pages = new Map([
    ['README.md', describeIndex()],
    ...codes.map((code) => [`${code}.md`, describePage(code)] as const),
  ]);
  mkdirSync(folder, { recursive: true });
  const there = new Set(readdirSync(folder));
  const stale: string[] = [];
  for (const [name, page] of pages) {
    const text = await format(page, options);
    if (there.has(name) && readFileSync(join(folder, name), 'utf8') === text) continue;
    stale.push(name);
    if (!check) writeFileSync(join(folder, name), text);
  }
  for (const name of there) {
    if (pages.has(name)) continue;
    stale.push(name);
    if (!check) rmSync(join(folder, name));
  }
  return stale;
}

const check = process.argv.includes('--check');
const stale = await writePages(check);
if (stale.length > 0) {
  process.stdout.write(`${check ? 'out of date' : 'written'}: ${stale.join(', ')} in docs/problems\n`);
  if (check) process.exitCode = 1;
}
