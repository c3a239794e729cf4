// AssemblyScript: a dense layer in float32, panel by panel of 32 outputs, so that a panel's weights stay in the cache
// for all rows and its sums in registers. Inputs that are 0 are not in the lists and cost nothing. Two inputs a turn, for
// which the compiler of Node 20 makes code that is twice as fast as for one.
import {
  BIAS,
  BIAS_STRIDE,
  ENTRY_BYTES,
  IS_HIDDEN,
  LIST_HEAD,
  listOf,
  listValues,
  NUM_PANELS,
  OUTPUT,
  OUTPUT_STRIDE,
  PANEL,
  PANEL_BYTES,
  WEIGHTS,
} from './layer';

/**
 * Outputs of the rows from `first` up to, but not including, `end`: input weight + bias, then ReLU in hidden layers. A
 * bias may be of each row: sums over other inputs, which come first.
 */
export function layerFloat(layer: usize, first: usize, end: usize): void {
  listValues(layer, first, end);
  const numPanels: usize = load<u32>(layer, NUM_PANELS);
  for (let panel: usize = 0; panel < numPanels; panel++) {
    for (let row = first; row < end; row++) {
      multiplyHalf(layer, panel, row, 0);
      multiplyHalf(layer, panel, row, 64);
    }
  }
}

/** Sum so far plus value times weights; not fused, so that the bits are the same everywhere. */
function add(value: v128, weights: v128, sum: v128): v128 {
  return f32x4.add(sum, f32x4.mul(value, weights));
}

/** Sixteen outputs of a row; `half` is 0 or 64, their place in the panel in bytes. */
function multiplyHalf(layer: usize, panel: usize, row: usize, half: usize): void {
  const list = listOf(layer, row);
  const weights = load<u32>(layer, WEIGHTS) + panel * load<u32>(layer, PANEL_BYTES) + half;
  const place = panel * PANEL * 4 + half;
  const bias = load<u32>(layer, BIAS) + row * load<u32>(layer, BIAS_STRIDE) + place;
  let sum0 = v128.load(bias);
  let sum1 = v128.load(bias, 16);
  let sum2 = v128.load(bias, 32);
  let sum3 = v128.load(bias, 48);
  let entry = list + LIST_HEAD;
  for (const end = entry + load<u32>(list); entry < end; entry += 2 * ENTRY_BYTES) {
    const value = v128.load32_splat(entry);
    const from = weights + load<u32>(entry, 4);
    const nextValue = v128.load32_splat(entry, 8);
    const nextFrom = weights + load<u32>(entry, 12);
    sum0 = add(value, v128.load(from), sum0);
    sum1 = add(value, v128.load(from, 16), sum1);
    sum2 = add(value, v128.load(from, 32), sum2);
    sum3 = add(value, v128.load(from, 48), sum3);
    sum0 = add(nextValue, v128.load(nextFrom), sum0);
    sum1 = add(nextValue, v128.load(nextFrom, 16), sum1);
    sum2 = add(nextValue, v128.load(nextFrom, 32), sum2);
    sum3 = add(nextValue, v128.load(nextFrom, 48), sum3);
  }
  const out = load<u32>(layer, OUTPUT) + row * load<u32>(layer, OUTPUT_STRIDE) + place;
  const least = load<u32>(layer, IS_HIDDEN) ? f32x4.splat(0) : f32x4.splat(-Infinity);
  v128.store(out, f32x4.max(sum0, least));
  v128.store(out, f32x4.max(sum1, least), 16);
  v128.store(out, f32x4.max(sum2, least), 32);
  v128.store(out, f32x4.max(sum3, least), 48);
}
