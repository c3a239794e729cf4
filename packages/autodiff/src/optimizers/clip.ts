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
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index] * values[index];
  return sum;
}

function scaleInPlace(values: Float32Array, scale: number): void {
  for (let index = 0; index < values.length; index++) values[index] *= scale;
}
