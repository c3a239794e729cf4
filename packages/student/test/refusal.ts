// What a call that must be refused says. For tests.
import { StudentError } from '../src/errors.js';

/** Code and message of the StudentError that `call` throws; fails the test for any other outcome. */
export function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return describeRefusal(error);
  }
  throw new Error('expected a StudentError, got none');
}

/** As `refusal`, for a promise. */
export async function refusalOf(promise: Promise<unknown>): Promise<string> {
  const outcome = await promise.then(
    () => new Error('expected a StudentError, got none'),
    (error: unknown) => error,
  );
  return describeRefusal(outcome);
}

function describeRefusal(error: unknown): string {
  if (!(error instanceof StudentError)) throw error;
  return `${error.code} ${error.message}`;
}
