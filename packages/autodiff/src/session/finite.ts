// The check that stops a training at its first NaN or infinity.
import { AutodiffError } from '../errors.js';

/**
 * Refuses arrays with NaN or infinity. One pass of additions: a sum of float32 values in float64 cannot
 * overflow, so it is finite exactly when every value is.
 * @throws AutodiffError NOT_FINITE with `place`, the first bad value and its index.
 */
export function requireFinite(values: Float32Array, place: string): void {
  // Four sums at once: additions of one sum would wait for each other.
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  const numWhole = values.length & ~3;
  for (let index = 0; index < numWhole; index += 4) {
    sum0 += values[index];
    sum1 += values[index + 1];
    sum2 += values[index + 2];
    sum3 += values[index + 3];
  }
  for (let index = numWhole; index < values.length; index++) sum0 += values[index];
  if (Number.isFinite(sum0 + sum1 + sum2 + sum3)) return;
  const index = values.findIndex((value) => !Number.isFinite(value));
  throw new AutodiffError(
    'NOT_FINITE',
    `${place} is ${values[index]} at index ${index}, expected finite numbers`,
    { hint: 'lower the learning rate or clip gradients, and check the inputs for NaN' },
  );
}
