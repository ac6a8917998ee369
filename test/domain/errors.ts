import { test } from 'tap';
import {
  engineErrorRules,
  mayRetry,
  retryDelaySeconds,
  type EngineErrorClass,
} from '../../services/domain/engine-errors.ts';
import { errorCodes, FleetyardError, isFleetyardError, throwDetails } from '../../services/domain/errors.ts';

const classes = Object.keys(engineErrorRules) as EngineErrorClass[];

test('an error says whether the same call may succeed later', async (t) => {
  t.equal(new FleetyardError('unavailable', 'away').retryable, true);
  t.equal(new FleetyardError('validation', 'wrong').retryable, false);
  t.equal(new FleetyardError('internal', 'odd', { retryable: true }).retryable, true);
});

test('an error keeps its cause and its details', async (t) => {
  const cause = new Error('below');
  const details = [{ pointer: '/name', message: 'wrong', code: 'name-invalid' }];
  const error = new FleetyardError('validation', 'wrong', { cause, details });
  t.equal(error.cause, cause);
  t.same(error.details, details);
  t.ok(isFleetyardError(error, 'validation'));
  t.notOk(isFleetyardError(error, 'conflict'));
  t.notOk(isFleetyardError(cause));
});

test('codes are kebab-case', async (t) => {
  for (const code of Object.keys(errorCodes)) t.match(code, /^[a-z]+(-[a-z]+)*$/);
});

test('details become one error, with the code that all of them share', async (t) => {
  t.doesNotThrow(() => {
    throwDetails('fine', []);
  });
  const detail = (code: string) => ({ pointer: '/a', message: 'm', code });
  const thrown = (codes: string[]) => {
    try {
      throwDetails('wrong', codes.map(detail));
    } catch (error) {
      return isFleetyardError(error) ? error.code : undefined;
    }
    return undefined;
  };
  t.equal(thrown(['range-overlap', 'range-overlap']), 'range-overlap');
  t.equal(thrown(['range-overlap', 'range-invalid']), 'validation');
  t.equal(thrown(['unknown-region']), 'validation', 'a code of a detail need not be one of the family');
});

test('what a person has to mend is never retried by itself', async (t) => {
  for (const name of ['quota', 'credentials', 'invalid', 'internal'] as const) t.notOk(mayRetry(name, 0), name);
  for (const name of ['throttled', 'conflict', 'capacity', 'unreachable'] as const) t.ok(mayRetry(name, 0), name);
});

test('automatic retries end, and their delays grow within bounds', async (t) => {
  for (const name of classes) {
    const { retries, maxSeconds } = engineErrorRules[name];
    t.equal(
      retryDelaySeconds(name, retries, () => 0.5),
      undefined,
      `${name} gives up`,
    );
    let before = 0;
    for (let used = 0; used < retries; used++) {
      const delay = retryDelaySeconds(name, used, () => 0.5) ?? 0;
      t.ok(delay >= before && delay <= maxSeconds, `${name}: ${delay} s`);
      before = delay;
    }
  }
});

test('half of a delay is drawn, so that what failed together does not come back together', async (t) => {
  t.equal(
    retryDelaySeconds('throttled', 1, () => 0),
    5,
  );
  t.equal(
    retryDelaySeconds('throttled', 1, () => 1),
    10,
  );
});
