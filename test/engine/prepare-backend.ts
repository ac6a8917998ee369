import { test } from 'tap';
import { prepareBackend } from '../../services/engine/prepare-backend.ts';
import { createTestDirectory } from '../helpers/directory.ts';
import { createTestDatabase } from '../helpers/postgres.ts';
import { getTestPulumi } from '../helpers/pulumi.ts';

test('several workers may make the state database ready at once, and again', async (t) => {
  const { stateUrl } = await createTestDatabase(t, { migrated: false, state: true });
  const home = await createTestDirectory(t);
  const binary = await getTestPulumi();
  const prepare = (): Promise<void> =>
    prepareBackend({ binary, home, backendUrl: `${stateUrl}?sslmode=disable`, environment: process.env });
  await Promise.all(Array.from({ length: 6 }, prepare));
  await t.resolves(prepare());
});

test('a state database that is not there is told in the CLI’s own words, without the password', async (t) => {
  const backendUrl = 'postgres://nobody:top-secret-word@127.0.0.1:1/none?sslmode=disable';
  const failed = prepareBackend({
    binary: await getTestPulumi(),
    home: await createTestDirectory(t),
    backendUrl,
    environment: process.env,
  });
  const error = await failed.then(
    () => undefined,
    (caught: Error) => caught,
  );
  t.match(error?.message, /state database/);
  t.notMatch(error?.message, 'top-secret-word');
});
