// Clipping of gradients by their common norm: one bad batch cannot throw the weights away.
import type { Gradient } from './optimizer.js';
import { mergeRows } from './row-gradient.js';

/**
 * Scales all gradients in place so that their common L2 norm is at most `maxNorm`; gives the norm before.
 * Repeated ids count as the sum of their rows, as in the dense gradient.
 * Source: torch.nn.utils.clip_grad_norm_ (including its 1e-6).
 * @throws RangeError unless maxNorm > 0.
 */
export function clipByGlobalNorm(gradients: Record<string, Gradient>, maxNorm: number): number {
  if (!(maxNorm > 0)) throw new RangeError(`clipByGlobalNorm: maxNorm must be > 0, got ${maxNorm}`);
  let sum = 0;
  for (const gradient of Object.values(gradients)) {
    sum += sumOfSquares(gradient.kind === 'dense' ? gradient.data : mergeRows(gradient).rows);
  }
  const norm = Math.sqrt(sum);
  const scale = maxNorm / (norm + 1e-6);
  if (scale < 1) {
    for (const gradient of Object.values(gradients)) {
      scaleInPlace(gradient.kind === 'dense' ? gradient.data : gradient.rows, scale);
    }
  }
  return norm;
}

function sumOfSquares(values: Float32Array): number {
  // Four sums at once: additions of one sum would wait for each other.
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  const numWhole = values.length & ~3;
  for (let index = 0; index < numWhole; index += 4) {
    sum0 += values[index] * values[index];
    sum1 += values[index + 1] * values[index + 1];
    sum2 += values[index + 2] * values[index + 2];
    sum3 += values[index + 3] * values[index + 3];
  }
  for (let index = numWhole; index < values.length; index++) sum0 += values[index] * values[index];
  return sum0 + sum1 + (sum2 + sum3);
}

function scaleInPlace(values: Float32Array, scale: number): void {
  for (let index = 0; index < values.length; index++) values[index] *= scale;
}
