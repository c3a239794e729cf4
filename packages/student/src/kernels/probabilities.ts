// Logits to probabilities, stable for logits of any size.
import type { FloatArray } from './embedding-bag.js';

/** 1 / (1 + e^-x), without overflow. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const power = Math.exp(x);
  return power / (1 + power);
}

/** Softmax of each row of logits times `scale`, which is above 0. `out` may be `logits`. */
export function softmax(
  out: FloatArray,
  logits: FloatArray,
  sizes: { B: number; O: number; scale?: number },
): void {
  // out [B, O], logits [B, O]
  const { B, O, scale = 1 } = sizes;
  for (let row = 0; row < B * O; row += O) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let output = row; output < row + O; output++) {
      largest = Math.max(largest, logits[output]);
    }
    let sum = 0;
    for (let output = row; output < row + O; output++) {
      // The difference first: both products may be infinite, and the difference of those is no number.
      out[output] = Math.exp((logits[output] - largest) * scale);
      sum += out[output];
    }
    for (let output = row; output < row + O; output++) out[output] /= sum;
  }
}
