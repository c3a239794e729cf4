// float16 (IEEE 754 binary16) as bits, to float32 and back. JavaScript has no such array everywhere yet.
// Source: IEEE 754-2019, 3.4 (encoding) and 4.3.1 (round to nearest, ties to even).

/** Largest finite float16. */
export const MAX_FLOAT16 = 65504;

/** Least magnitude that rounds to infinity: half a step above the largest. */
const OVERFLOW_BITS = 0x477ff000;
/** Bits of 2^-14, the smallest normal float16. */
const SMALLEST_NORMAL_BITS = 0x38800000;
/** Added to a smaller number in float32, it leaves the float16's bits at the end: 0.5 has steps of 2^-24 above it. */
const SUBNORMAL_SHIFT = 0.5;

/** The float32 of each half: subnormals, infinities and NaN included. */
export function decodeFloat16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  const values = new Float32Array(bits.buffer);
  for (let index = 0; index < halves.length; index++) {
    const half = halves[index];
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 31;
    const mantissa = half & 1023;
    if (exponent === 31) bits[index] = sign | 0x7f800000 | (mantissa << 13);
    else if (exponent > 0) bits[index] = sign | ((exponent + 112) << 23) | (mantissa << 13);
    else values[index] = (sign === 0 ? 1 : -1) * mantissa * 2 ** -24;
  }
  return values;
}

/** The nearest float16 of each float32, ties to even. What is 65520 or more becomes infinite; NaN stays one. */
export function encodeFloat16(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(values.length);
  const magnitude = new Float32Array(1);
  const bits = new Uint32Array(magnitude.buffer);
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    magnitude[0] = Math.abs(value);
    const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
    if (Number.isNaN(value)) halves[index] = 0x7e00;
    else if (bits[0] >= OVERFLOW_BITS) halves[index] = sign | 0x7c00;
    else if (bits[0] < SMALLEST_NORMAL_BITS) {
      magnitude[0] += SUBNORMAL_SHIFT;
      halves[index] = sign | (bits[0] & 0x7fff);
    } else {
      const odd = (bits[0] >>> 13) & 1;
      halves[index] = sign | ((bits[0] - (112 << 23) + 0xfff + odd) >>> 13);
    }
  }
  return halves;
}
