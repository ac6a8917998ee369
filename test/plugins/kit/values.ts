// The kit's reading and writing of property values: secrets, unknown values, and the paths where they stand.
import struct from 'google-protobuf/google/protobuf/struct_pb.js';
import { test } from 'tap';
import { diffProperties, formatPath } from '../../../plugins/kit/diff.ts';
import { encodeDiff } from '../../../plugins/kit/encode-diff.ts';
import { readJson, writeJson } from '../../../plugins/kit/json.ts';
import {
  decodeProperties,
  encodeProperties,
  hasUnknown,
  UNKNOWN,
  type Properties,
} from '../../../plugins/kit/values.ts';
import fc from '../../helpers/properties.ts';

const { Struct } = struct;

const SIGNATURE = '4dabf18193072939515e22adb298388d';
const SECRET = '1b47061264138c4ac30d75fd1eb44270';
const UNKNOWN_TEXT = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

test('secrets are taken off with the places where they stood, and put on again', async (t) => {
  const wire = Struct.fromJavaScript({
    plain: 'a',
    nested: { list: ['x', { [SIGNATURE]: SECRET, value: 'hush' }] },
    whole: { [SIGNATURE]: SECRET, value: { inner: { [SIGNATURE]: SECRET, value: 1 } } },
  });
  const decoded = decodeProperties(wire);
  t.same(decoded.values, { plain: 'a', nested: { list: ['x', 'hush'] }, whole: { inner: 1 } });
  t.same(decoded.secrets, [['nested', 'list', 1], ['whole'], ['whole', 'inner']]);
  const encoded = encodeProperties(decoded.values, decoded.secrets).toJavaScript();
  t.same(encoded, {
    plain: 'a',
    nested: { list: ['x', { [SIGNATURE]: SECRET, value: 'hush' }] },
    whole: { [SIGNATURE]: SECRET, value: { inner: 1 } },
  });
  t.same(
    encodeProperties({ a: 1 }, [['gone'], ['a', 'deeper']]).toJavaScript(),
    { a: 1 },
    'a place that is no more is left alone',
  );
});

test('every sentinel of an unknown value is read as unknown, and written as one that all read', async (t) => {
  const decoded = decodeProperties(
    Struct.fromJavaScript({ a: UNKNOWN_TEXT, b: ['6a19a0b0-7e62-4c92-b797-7f8e31da9cc2'] }),
  );
  t.same(decoded.values, { a: UNKNOWN, b: [UNKNOWN] });
  t.equal(hasUnknown(decoded.values), true);
  t.equal(hasUnknown({ a: [{ b: 'known' }] }), false);
  t.same(encodeProperties(decoded.values).toJavaScript(), { a: UNKNOWN_TEXT, b: [UNKNOWN_TEXT] });
});

test('any plain values survive the way to the engine and back', async (t) => {
  const leaf = fc.oneof(
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('tree')),
      fc.dictionary(fc.string({ minLength: 1 }), tie('tree')),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), tree), (values) => {
      const { values: back, secrets } = decodeProperties(encodeProperties(values as Properties));
      return secrets.length === 0 && t.same(back, values);
    }),
    { numRuns: 50 },
  );
});

test('names that every object inherits are names like others', async (t) => {
  const values = JSON.parse(
    '{"__proto__":{"a":1},"deep":[{"__proto__":"x","constructor":null}],"toString":2}',
  ) as Properties;
  const secrets = [['deep', 0, '__proto__'], ['valueOf'], ['deep', 0, 'hasOwnProperty']];
  const wire = Struct.deserializeBinary(encodeProperties(values, secrets).serializeBinary());
  const decoded = decodeProperties(wire);
  t.equal(
    JSON.stringify(decoded.values),
    '{"__proto__":{"a":1},"deep":[{"__proto__":"x","constructor":null}],"toString":2}',
  );
  t.same(decoded.secrets, [['deep', 0, '__proto__']], 'a secret stays one, and what is not there gets no mark');
  t.same(readJson(writeJson(values)), values, 'as JSON too');
  t.ok(Object.hasOwn(readJson(writeJson(values)) as object, '__proto__'));
  t.equal(JSON.stringify(values), JSON.stringify(decoded.values), 'what was given is as it was');
  t.match(diffProperties({}, values).changes, [
    { path: '__proto__', kind: 'add' },
    { path: 'deep', kind: 'add' },
    { path: 'toString', kind: 'add' },
  ]);
  const [change] = diffProperties(values, {}).changes;
  const detailed = encodeDiff({ changes: change ? [change] : [], deleteBeforeReplace: false }).getDetaileddiffMap();
  t.same(
    detailed.getEntryList().map(([path]) => path),
    ['__proto__'],
  );
});

test('a diff names each place, what happened to it, and whether that needs a new resource', async (t) => {
  const olds = { name: 'a', net: { ids: ['x', 'y'], open: true }, gone: 1, kept: { deep: [1] }, nothing: null };
  const news = { name: 'a', net: { ids: ['x', 'z'], open: false }, added: 2, kept: { deep: [1] } };
  const diff = diffProperties(olds, news, { replaceOn: ['net.ids'], deleteBeforeReplace: true });
  t.same(diff.changes, [
    { path: 'net.ids[1]', property: 'net', kind: 'update', replace: true },
    { path: 'net.open', property: 'net', kind: 'update', replace: false },
    { path: 'gone', property: 'gone', kind: 'delete', replace: false },
    { path: 'added', property: 'added', kind: 'add', replace: false },
  ]);
  t.equal(diff.deleteBeforeReplace, true);
  t.equal(
    diffProperties({ a: 1 }, { a: 2 }, { deleteBeforeReplace: true }).deleteBeforeReplace,
    false,
    'only for a replacement',
  );
  t.equal(diffProperties({ a: 1 }, { a: UNKNOWN }).changes.length, 1, 'what is not known may be different');
  t.equal(
    diffProperties({ netting: 1 }, { netting: 2 }, { replaceOn: ['net'] }).changes[0]?.replace,
    false,
    'whole names only',
  );
  t.equal(formatPath(['a', 0, 'b-c', 'd"e']), 'a[0]["b-c"]["d\\"e"]');
});
