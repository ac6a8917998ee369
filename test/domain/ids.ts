import { test } from 'tap';
import { isId, looksLikeId, newId } from '../../services/domain/ids.ts';
import { readContractDocument } from '../../services/contract/document.ts';
import { findNameFault } from '../../services/domain/names.ts';

/** What the contract says of names; the domain says more exactly what is wrong. */
const { pattern: namePattern } = readContractDocument().components['schemas']?.['Name'] as { pattern: string };

test('an id is its prefix and 26 characters of lower-case base32', async (t) => {
  t.match(newId('cl'), /^cl_[0-7][0-9a-hjkmnp-tv-z]{25}$/);
});

test('ids sort in the order in which they were made, and none comes twice', async (t) => {
  const ids = Array.from({ length: 5000 }, () => newId('op'));
  t.same(ids.toSorted(), ids);
  t.equal(new Set(ids).size, ids.length);
});

test('an id is known by its form, and by its kind when one is named', async (t) => {
  const id = newId('fl');
  t.ok(isId(id));
  t.ok(isId(id, 'fl'));
  t.notOk(isId(id, 'cl'), 'another kind');
  for (const text of [
    'fl_',
    'fl',
    '',
    `xx_${id.slice(3)}`,
    id.toUpperCase(),
    `${id}0`,
    `${id}_a`,
    id.replace(/.$/, 'u'),
  ]) {
    t.notOk(isId(text), text);
  }
});

test('no name can be taken for an id', async (t) => {
  t.ok(looksLikeId('cl_anything'));
  t.notOk(looksLikeId('cl-anything'));
  t.match(findNameFault('cl_anything'), /look like an id/);
});

test('a name is a DNS label of at most 48 characters', async (t) => {
  for (const name of ['a', 'metal-shanghai', 'a1', 'x'.repeat(48)]) {
    t.equal(findNameFault(name), undefined, name);
    t.match(name, new RegExp(namePattern));
  }
  for (const name of ['', 'x'.repeat(49), '1a', '-a', 'a-', 'A', 'a.b', 'a b', 'ü']) {
    t.type(findNameFault(name), 'string', name);
    t.notMatch(name, new RegExp(namePattern));
  }
});
