// Float matrices to 8-bit codes: symmetric, one scale a channel. Knows no ONNX.

/** Largest code of values that are only read back: the whole symmetric range of int8. */
export const FULL_CODE = 127;

/**
 * Largest code of the weights of a product with uint8 activations: one bit less than int8 has.
 * x86 processors without VNNI add two products of uint8 and int8 in 16 bits and cut what does not fit: 255 * 127 * 2 is
 * cut, 255 * 64 * 2 = 32640 is not. So results are exact and the same on every processor.
 */
export const PRODUCT_CODE = 64;

/** A matrix as codes and the scale of each channel: value = code * scale. */
export interface QuantizedMatrix {
  /** As the matrix, row-major. */
  codes: Int8Array;
  /** [R] or [C], by axis; 0 for a channel of zeros. */
  scales: Float32Array;
}

/** Options of `quantizeMatrix`. */
export interface QuantizeOptions {
  /** Axis whose slices are the channels: 0 for a scale a row, 1 for a scale a column. */
  axis: 0 | 1;
  /** Codes lie in -largestCode..largestCode. */
  largestCode: number;
}

/**
 * Codes and scales of `values` [R, C]. A value comes back with an error of at most half the scale of its channel,
 * and the largest of a channel exactly, but for float32 rounding.
 */
export function quantizeMatrix(
  values: Float32Array,
  [R, C]: readonly [number, number],
  { axis, largestCode }: QuantizeOptions,
): QuantizedMatrix {
  const scales = new Float32Array(axis === 0 ? R : C);
  for (let row = 0; row < R; row++) {
    for (let column = 0; column < C; column++) {
      const channel = axis === 0 ? row : column;
      const size = Math.abs(values[row * C + column]);
      if (size > scales[channel]) scales[channel] = size;
    }
  }
  for (let channel = 0; channel < scales.length; channel++) scales[channel] /= largestCode;
  const codes = new Int8Array(R * C);
  for (let row = 0; row < R; row++) {
    for (let column = 0; column < C; column++) {
      const scale = scales[axis === 0 ? row : column];
      // Values so small that their scale is no float32 number are 0, as a channel of zeros is.
      if (scale > 0)
        codes[row * C + column] = nearest(values[row * C + column] / scale, largestCode);
    }
  }
  return { codes, scales };
}

/** The nearest integer within the range; float32 rounding of the scale can push the largest value out of it. */
function nearest(value: number, largestCode: number): number {
  return Math.max(-largestCode, Math.min(largestCode, Math.round(value)));
}
