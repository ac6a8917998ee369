// fast-check with one seed for a whole run: `npm test` says the same twice, and `npm run test:properties` draws another.
import fc from 'fast-check';

const { FLEETYARD_TEST_SEED: seed = '20261121', FLEETYARD_TEST_RUNS: runs } = process.env;

fc.configureGlobal({ seed: Number(seed), ...(runs === undefined ? {} : { numRuns: Number(runs) }) });

export default fc;
