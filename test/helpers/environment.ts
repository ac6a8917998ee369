// The addresses of the servers of this test run, as test/run.ts hands them to each test file.

const ADVICE =
  'run it as `npm run test:integration -- <test file>` (or test:engine, test:e2e), which starts the servers';

/** The value of a variable that the test run sets, or an error that says how to run a test file by hand. */
export function getRunVariable(name: 'FLEETYARD_TEST_DATABASE_URL' | 'FLEETYARD_TEST_REDIS_URL'): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set: ${ADVICE}`);
  return value;
}
