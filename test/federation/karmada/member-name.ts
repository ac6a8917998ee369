import { test } from 'tap';
import fc from 'fast-check';
import { newId } from '../../../services/domain/ids.ts';
import { nameMember } from '../../../services/federation/karmada/member-name.ts';

test("a member is named by its cluster's name and the end of its id", (t) => {
  const id = 'cl_01jd8k2m9w7p3x5h8q4t6r2y1z';
  t.equal(nameMember({ id, name: 'web' }), 'web-8q4t6r2y1z');
  t.equal(nameMember({ id, name: 'web' }), 'web-8q4t6r2y1z', 'always the same');
  t.equal(nameMember({ id, name: `${'a'.repeat(36)}-${'b'.repeat(11)}` }), `${'a'.repeat(36)}-8q4t6r2y1z`);
  t.end();
});

test('whatever a cluster is called, its member has a name that Karmada takes, and no other has it', (t) => {
  const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,46}[a-z0-9])?$/);
  fc.assert(
    fc.property(name, (asked) => {
      const [one, other] = [newId('cl'), newId('cl')].map((id) => nameMember({ id, name: asked }));
      t.ok(one !== other && one !== undefined && one.length <= 48 && /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(one));
    }),
  );
  t.end();
});
