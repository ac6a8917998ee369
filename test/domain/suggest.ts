// What is offered for a name that is not known, within limits: whatever a user wrote, it costs little (hardening 3).
import { test } from 'tap';
import { offerNearest, suggestNearest } from '../../services/domain/suggest.ts';

const machines = ['m7i.large', 'm7i.xlarge', 'm7i.2xlarge', 'm7i.4xlarge', 'c7g.metal'];

test('Suggestions', async (t) => {
  t.same(
    suggestNearest('m7i.xlarg', machines),
    ['m7i.xlarge', 'm7i.2xlarge', 'm7i.4xlarge'],
    'are three, nearest first',
  );
  t.same(suggestNearest('M7I.XLARGE', machines, 1), ['m7i.xlarge'], 'ask for no case');
  t.same(suggestNearest('bb', ['ba', 'ab', 'bc']), ['ab', 'ba', 'bc'], 'of one distance come by name');
  t.same(suggestNearest('nothing like it', machines), [], 'are not made of what is too far away');
  t.same(suggestNearest('m7i', []), [], 'are not made of nothing');
  t.same(suggestNearest('c7g.metal', [{ name: 'c7g.metal' }, { name: 'x' }], 1), ['c7g.metal'], 'name what has a name');
  t.equal(offerNearest('c7g.meta', machines), ' Did you mean c7g.metal?', 'are a sentence');
  t.equal(offerNearest('nothing like it', machines), '', 'or none');
});

test('hardening 3: suggestions cost what the known names cost, and not what a user wrote', async (t) => {
  const long = (length: number) => 'x'.repeat(length);
  t.same(suggestNearest(long(64), [long(62)]), [long(62)], 'a text of 64 characters is compared');
  t.same(suggestNearest(long(65), [long(65)]), [], 'a longer one is near to none, also when it is one');
  let reads = 0;
  const known = machines.map((machine) => ({
    get name() {
      reads += 1;
      return machine;
    },
  }));
  for (let time = 0; time < 1_000; time += 1) suggestNearest(`m7i.${time}xlarge`, known);
  t.equal(reads, machines.length, 'a list is prepared once');
});
