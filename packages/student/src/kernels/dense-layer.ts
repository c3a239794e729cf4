// A dense layer: affine map and, if asked for, ReLU. The readable reference; training runs in `autodiff`.
import type { FloatArray } from './embedding-bag.js';

/** Sizes of a dense layer. */
export interface DenseLayerSizes {
  B: number;
  C: number;
  O: number;
  /** Negative outputs become 0. */
  relu: boolean;
}

/** out = input weight + bias, then ReLU if asked for. */
export function denseLayer(
  out: FloatArray,
  input: FloatArray,
  weight: FloatArray,
  bias: FloatArray,
  sizes: DenseLayerSizes,
): void {
  // out [B, O], input [B, C], weight [C, O], bias [O]
  const { B, C, O, relu } = sizes;
  for (let row = 0; row < B; row++) {
    const outRow = row * O;
    for (let output = 0; output < O; output++) out[outRow + output] = bias[output];
    for (let channel = 0; channel < C; channel++) {
      const value = input[row * C + channel];
      for (let output = 0; output < O; output++) {
        out[outRow + output] += value * weight[channel * O + output];
      }
    }
    if (!relu) continue;
    for (let output = outRow; output < outRow + O; output++) if (out[output] < 0) out[output] = 0;
  }
}
