// Logits to probabilities, stable for logits of any size.
import type { FloatArray } from './embedding-bag.js';

/** 1 / (1 + e^-x), without overflow. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const power = Math.exp(x);
  return power / (1 + power);
}

/** Softmax of each row of logits times `scale`. `out` may be `logits`. */
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
      largest = Math.max(largest, logits[output] * scale);
    }
    let sum = 0;
    for (let output = row; output < row + O; output++) {
      out[output] = Math.exp(logits[output] * scale - largest);
      sum += out[output];
    }
    for (let output = row; output < row + O; output++) out[output] /= sum;
  }
}
