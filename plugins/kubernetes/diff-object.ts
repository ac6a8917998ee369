// Compares the inputs of an object and says what changes and whether that needs a new one.
import { diffProperties, type Diff } from '../kit/diff.ts';
import type { DiffCall } from '../kit/provider.ts';
import { isObject, type Properties } from '../kit/values.ts';
import { findKnownScope } from './discovery.ts';
import { normalizeInputs, takeSpelling } from './inputs.ts';
import { isAnnotated, keyOf, spellForServer, withMetadata } from './object.ts';
import { listFixedProperties } from './replacement.ts';
import type { Settings } from './settings.ts';

/** Set on objects whose names are made up. */
export const AUTONAMED = 'pulumi.com/autonamed';

/**
 * Compares what was asked for last with what is asked for now. Last are the inputs that the engine keeps, which a refresh brings to what is live.
 */
export function diffObject(
  call: Pick<DiffCall, 'olds' | 'news' | 'state' | 'ignoreChanges'>,
  settings: Settings,
): Diff {
  const news = prepare(call.news);
  const olds = prepare(findLastInputs(call));
  const diff = diffProperties(takeSpelling(olds, news), news, { replaceOn: listFixedProperties(news, settings) });
  const changes = diff.changes.filter(({ path }) => !call.ignoreChanges.some((ignored) => isWithin(path, ignored)));
  const replaces = changes.some((change) => change.replace);
  return { changes, deleteBeforeReplace: replaces && keepsName(olds, news) };
}

/** The engine sends them; a state that the official provider wrote has them too. */
function findLastInputs({ olds, state }: Pick<DiffCall, 'olds' | 'state'>): Properties {
  if (Object.keys(olds).length > 0) return olds;
  const { __inputs: kept } = state;
  return isObject(kept) ? kept : {};
}

function prepare(inputs: Properties): Properties {
  const object = normalizeInputs(spellForServer(inputs));
  const { namespace, ...kind } = keyOf(object);
  const scope = findKnownScope(kind);
  if (scope === false) return withMetadata(object, { namespace: undefined });
  return namespace === '' && scope === true ? withMetadata(object, { namespace: 'default' }) : object;
}

/** Whether the new object needs the place of the old one, so that this has to go first. */
function keepsName(olds: Properties, news: Properties): boolean {
  const [before, after] = [keyOf(olds), keyOf(news)];
  return (
    after.name !== '' &&
    !isAnnotated(news, AUTONAMED) &&
    before.name === after.name &&
    before.namespace === after.namespace
  );
}

function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`);
}
