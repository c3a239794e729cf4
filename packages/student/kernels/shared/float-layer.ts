// AssemblyScript: a dense layer in float32, panel by panel of 32 outputs, so that a panel's weights stay in the cache
// for all rows and its sums in registers: eight at once, whose additions do not wait for each other. Of hidden layers,
// inputs that are 0 are not in the lists and cost nothing. Loops are written out, one for each way to the next weights,
// because a question in them would be asked for every input.
import {
  BIAS,
  C,
  ENTRY_BYTES,
  INPUT_STRIDE,
  IS_FIRST,
  IS_HIDDEN,
  inputOf,
  LIST_HEAD,
  listOf,
  listValues,
  NUM_PANELS,
  outputOf,
  PANEL,
  PANEL_BYTES,
  WEIGHTS,
} from './layer';

/** Outputs of B rows: input weight + bias, then ReLU in hidden layers. The first layer's inputs have no zeros to leave out. */
export function layerFloat(layer: usize, B: usize): void {
  const isFirst = load<u32>(layer, IS_FIRST);
  // Two rows read the weights once.
  const paired = isFirst ? B & ~1 : 0;
  if (!isFirst) listValues(layer, B);
  const numPanels: usize = load<u32>(layer, NUM_PANELS);
  for (let panel: usize = 0; panel < numPanels; panel++) {
    for (let row: usize = 0; row < paired; row += 2) {
      multiplyPair(layer, panel, row, 0);
      multiplyPair(layer, panel, row, 64);
    }
    for (let row = paired; row < B; row++) {
      if (isFirst) multiplyDense(layer, panel, row);
      else multiplyListed(layer, panel, row);
    }
  }
}

/** Sum so far plus value times weights; not fused, so that the bits are the same everywhere. */
function add(value: v128, weights: v128, sum: v128): v128 {
  return f32x4.add(sum, f32x4.mul(value, weights));
}

/** Sixteen outputs of two rows, of all inputs in order; `half` is 0 or 64, their place in the panel in bytes. */
function multiplyPair(layer: usize, panel: usize, row: usize, half: usize): void {
  let input = inputOf(layer, row);
  const stride: usize = load<u32>(layer, INPUT_STRIDE);
  let weights = load<u32>(layer, WEIGHTS) + panel * load<u32>(layer, PANEL_BYTES) + half;
  const place = panel * PANEL * 4 + half;
  const bias = load<u32>(layer, BIAS) + place;
  let sum0 = v128.load(bias);
  let sum1 = v128.load(bias, 16);
  let sum2 = v128.load(bias, 32);
  let sum3 = v128.load(bias, 48);
  let next0 = sum0;
  let next1 = sum1;
  let next2 = sum2;
  let next3 = sum3;
  for (const end = input + load<u32>(layer, C) * 4; input < end; input += 4) {
    const value = v128.load32_splat(input);
    const next = v128.load32_splat(input + stride);
    const weights0 = v128.load(weights, 0);
    sum0 = add(value, weights0, sum0);
    next0 = add(next, weights0, next0);
    const weights1 = v128.load(weights, 16);
    sum1 = add(value, weights1, sum1);
    next1 = add(next, weights1, next1);
    const weights2 = v128.load(weights, 32);
    sum2 = add(value, weights2, sum2);
    next2 = add(next, weights2, next2);
    const weights3 = v128.load(weights, 48);
    sum3 = add(value, weights3, sum3);
    next3 = add(next, weights3, next3);
    weights += PANEL * 4;
  }
  storeHalf(layer, outputOf(layer, row) + place, sum0, sum1, sum2, sum3);
  storeHalf(layer, outputOf(layer, row + 1) + place, next0, next1, next2, next3);
}

/** Sixteen outputs, after ReLU in hidden layers. */
function storeHalf(layer: usize, out: usize, sum0: v128, sum1: v128, sum2: v128, sum3: v128): void {
  const least = load<u32>(layer, IS_HIDDEN) ? f32x4.splat(0) : f32x4.splat(-Infinity);
  v128.store(out, f32x4.max(sum0, least));
  v128.store(out, f32x4.max(sum1, least), 16);
  v128.store(out, f32x4.max(sum2, least), 32);
  v128.store(out, f32x4.max(sum3, least), 48);
}

/** The outputs of a row in a panel, of all inputs in order. */
function multiplyDense(layer: usize, panel: usize, row: usize): void {
  let input = inputOf(layer, row);
  let weights = load<u32>(layer, WEIGHTS) + panel * load<u32>(layer, PANEL_BYTES);
  const place = panel * PANEL * 4;
  const out = outputOf(layer, row) + place;
  const bias = load<u32>(layer, BIAS) + place;
  let sum0 = v128.load(bias);
  let sum1 = v128.load(bias, 16);
  let sum2 = v128.load(bias, 32);
  let sum3 = v128.load(bias, 48);
  let sum4 = v128.load(bias, 64);
  let sum5 = v128.load(bias, 80);
  let sum6 = v128.load(bias, 96);
  let sum7 = v128.load(bias, 112);
  for (const end = input + load<u32>(layer, C) * 4; input < end; input += 4) {
    const value = v128.load32_splat(input);
    sum0 = add(value, v128.load(weights), sum0);
    sum1 = add(value, v128.load(weights, 16), sum1);
    sum2 = add(value, v128.load(weights, 32), sum2);
    sum3 = add(value, v128.load(weights, 48), sum3);
    // These stores mean nothing, but part the loads: the compiler of Node 20 has too few registers for all eight at once,
    // and would take twice as long.
    v128.store(out, sum2);
    v128.store(out, sum3, 16);
    sum4 = add(value, v128.load(weights, 64), sum4);
    sum5 = add(value, v128.load(weights, 80), sum5);
    sum6 = add(value, v128.load(weights, 96), sum6);
    sum7 = add(value, v128.load(weights, 112), sum7);
    weights += PANEL * 4;
  }
  storeHalf(layer, out, sum0, sum1, sum2, sum3);
  storeHalf(layer, out + 64, sum4, sum5, sum6, sum7);
}

/** The outputs of a row in a panel, of the inputs in its list. */
function multiplyListed(layer: usize, panel: usize, row: usize): void {
  const list = listOf(layer, row);
  const weights = load<u32>(layer, WEIGHTS) + panel * load<u32>(layer, PANEL_BYTES);
  const place = panel * PANEL * 4;
  const out = outputOf(layer, row) + place;
  const bias = load<u32>(layer, BIAS) + place;
  let sum0 = v128.load(bias);
  let sum1 = v128.load(bias, 16);
  let sum2 = v128.load(bias, 32);
  let sum3 = v128.load(bias, 48);
  let sum4 = v128.load(bias, 64);
  let sum5 = v128.load(bias, 80);
  let sum6 = v128.load(bias, 96);
  let sum7 = v128.load(bias, 112);
  let entry = list + LIST_HEAD;
  for (const end = entry + load<u32>(list); entry < end; entry += ENTRY_BYTES) {
    const value = v128.load32_splat(entry);
    const from = weights + load<u32>(entry, 4);
    sum0 = add(value, v128.load(from), sum0);
    sum1 = add(value, v128.load(from, 16), sum1);
    sum2 = add(value, v128.load(from, 32), sum2);
    sum3 = add(value, v128.load(from, 48), sum3);
    // As above.
    v128.store(out, sum2);
    v128.store(out, sum3, 16);
    sum4 = add(value, v128.load(from, 64), sum4);
    sum5 = add(value, v128.load(from, 80), sum5);
    sum6 = add(value, v128.load(from, 96), sum6);
    sum7 = add(value, v128.load(from, 112), sum7);
  }
  storeHalf(layer, out, sum0, sum1, sum2, sum3);
  storeHalf(layer, out + 64, sum4, sum5, sum6, sum7);
}
