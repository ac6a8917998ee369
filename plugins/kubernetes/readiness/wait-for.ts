// Reads the annotation `pulumi.com/waitFor`: conditions of the user's own, such as `condition=Ready` or `jsonpath={.status.phase}=Running`.
import type { Properties, PropertyValue } from '../../kit/values.ts';
import { findCondition, sayCondition } from './conditions.ts';
import { notYet, READY, type Finding, type ReadinessRule } from './rule.ts';

type Judge = (object: Properties) => Finding;

/** The rule of an annotation's text: an expression, or a JSON list of them, all of which have to hold. Throws on what it cannot read. */
export function parseWaitFor(text: string): ReadinessRule {
  const expressions = readList(text);
  if (expressions.length === 0) throw new Error('at least one condition must be specified');
  const judges = expressions.map(parseExpression);
  return {
    onRead: false,
    judge(object) {
      const open = judges.map((judge) => judge(object)).filter((finding) => !finding.ready);
      return open.length === 0 ? READY : notYet(...open.flatMap((finding) => finding.reasons));
    },
  };
}

function readList(text: string): string[] {
  try {
    const list = JSON.parse(text) as unknown;
    if (Array.isArray(list)) return list.map(String);
  } catch {
    // A single expression is no JSON.
  }
  return [text];
}

function parseExpression(text: string): Judge {
  if (text.startsWith('condition=')) return parseCondition(text.slice('condition='.length));
  if (text.startsWith('jsonpath=')) return parsePath(text.slice('jsonpath='.length));
  throw new Error(`expected a "jsonpath=" or "condition=" prefix, got "${text}"`);
}

function parseCondition(text: string): Judge {
  const [type = '', wanted = 'True'] = text.split('=');
  return (object) => {
    const condition = findCondition(object, type);
    if (condition && condition.status.toLowerCase() === wanted.toLowerCase()) return READY;
    return notYet(`waiting for the condition "${type}" to be "${wanted}"`, sayCondition(condition));
  };
}

function parsePath(text: string): Judge {
  const found = /^\{((?:\.[\w-]+|\[\d+\])+)\}(?:=(.*))?$/s.exec(text);
  if (!found) throw new Error(`"${text}" is no path such as {.status.phase} or {.status.ports[0].port}=80`);
  const [, path = '', wanted] = found;
  const keys = [...path.matchAll(/\.([\w-]+)|\[(\d+)\]/g)].map(([, name, index]) => name ?? Number(index));
  return (object) => {
    const value = follow(object, keys);
    if (value === undefined || value === null) return notYet(`waiting for ${path} to be there`);
    if (wanted === undefined || String(value) === wanted) return READY;
    return notYet(`waiting for ${path} to be "${wanted}"`);
  };
}

function follow(object: Properties, keys: (string | number)[]): PropertyValue | undefined {
  let value: unknown = object;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value as PropertyValue;
}
