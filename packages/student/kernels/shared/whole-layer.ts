// AssemblyScript: a dense layer in whole numbers: weights of 8 bits with a scale an output, inputs of 7 bits with a
// scale a row. Sums are exact, so that both ways to multiply give the same bits on every machine: pairs of channels by
// the 16-bit dot product, or four channels by the relaxed 8-bit one, which is exact for factors of 7 bits.
import {
  BASES,
  BIAS,
  C,
  ENTRY_BYTES,
  IS_HIDDEN,
  IS_SIGNED,
  inputOf,
  LIST_HEAD,
  largestMagnitude,
  listOf,
  NUM_PANELS,
  OUTPUT,
  OUTPUT_STRIDE,
  PANEL,
  PANEL_BYTES,
  SCALES,
  WEIGHTS,
} from './layer';

/** Largest whole number of a row without negative numbers, and of one with them. */
const LEVELS: f32 = 127;
const SIGNED_LEVELS: f32 = 63;
/** What the relaxed dot product adds to signed numbers, so that none is negative; `BASES` takes it off. */
const ZERO_POINT: i32 = 64;
/** Rows that are smaller count as 0. */
const SMALLEST: f32 = 1e-30;

/** Outputs of B rows: input weight + bias, then ReLU in hidden layers. */
export function layerWhole(layer: usize, B: usize): void {
  for (let row: usize = 0; row < B; row++) listGroups(layer, row);
  const numPanels: usize = load<u32>(layer, NUM_PANELS);
  for (let panel: usize = 0; panel < numPanels; panel++) {
    for (let row: usize = 0; row < B; row++) {
      multiplyHalf(layer, panel, row, 0);
      multiplyHalf(layer, panel, row, 16);
    }
  }
}

/** A row in whole numbers: groups of channels that are not all 0, each with the place of its weights in a panel. */
function listGroups(layer: usize, row: usize): void {
  const list = listOf(layer, row);
  const first = list + LIST_HEAD;
  const numChannels: usize = load<u32>(layer, C);
  const isSigned = load<u32>(layer, IS_SIGNED);
  const levels = isSigned ? SIGNED_LEVELS : LEVELS;
  let input = inputOf(layer, row);
  const largest = largestMagnitude(input, numChannels);
  const isZero = largest < SMALLEST;
  const factor = f32x4.splat(isZero ? 0 : levels / largest);
  const zeroPoint = i32x4.splat(isSigned ? ZERO_POINT : 0);
  let entry = first;
  const end = ((numChannels + 3) / 4) * PANEL * 4;
  for (let place: usize = 0; place < end; place += PANEL * 4) {
    const whole = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(input), factor)));
    input += 16;
    if (ASC_FEATURE_RELAXED_SIMD) {
      const shifted = i32x4.add(whole, zeroPoint);
      const words = i16x8.narrow_i32x4_s(shifted, shifted);
      entry = push(entry, i32x4.extract_lane(i8x16.narrow_i16x8_u(words, words), 0), place);
    } else {
      const words = i16x8.narrow_i32x4_s(whole, whole);
      entry = push(entry, i32x4.extract_lane(words, 0), place);
      entry = push(entry, i32x4.extract_lane(words, 1), place + PANEL * 2);
    }
  }
  store<u32>(list, <u32>(entry - first));
  store<f32>(list, isZero ? 0 : largest / levels, 4);
}

/** Writes an entry, to be written over if its group is 0; returns where the next one goes. */
function push(entry: usize, group: i32, place: usize): usize {
  store<i32>(entry, group);
  store<u32>(entry, <u32>place, 4);
  return entry + (group !== 0 ? ENTRY_BYTES : 0);
}

/** Sum so far plus the products of a group's channels, of the four outputs at `lane`. */
function add(group: v128, weights: usize, lane: usize, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    return i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(weights + lane * 16), group, sum);
  }
  return i32x4.add(sum, i32x4.dot_i16x8_s(v128.load_ext<i8>(weights + lane * 8), group));
}

/** Sixteen outputs of a row, the first or the second ones of a panel: `half` is 0 or 16. */
function multiplyHalf(layer: usize, panel: usize, row: usize, half: usize): void {
  const list = listOf(layer, row);
  const lanes = ASC_FEATURE_RELAXED_SIMD ? half * 4 : half * 2;
  const weights = load<u32>(layer, WEIGHTS) + panel * load<u32>(layer, PANEL_BYTES) + lanes;
  const place = (panel * PANEL + half) * 4;
  const bases = load<u32>(layer, BASES) + place;
  let sum0 = v128.load(bases);
  let sum1 = v128.load(bases, 16);
  let sum2 = v128.load(bases, 32);
  let sum3 = v128.load(bases, 48);
  let entry = list + LIST_HEAD;
  for (const end = entry + load<u32>(list); entry < end; entry += ENTRY_BYTES) {
    const group = v128.load32_splat(entry);
    const from = weights + load<u32>(entry, 4);
    sum0 = add(group, from, 0, sum0);
    sum1 = add(group, from, 1, sum1);
    sum2 = add(group, from, 2, sum2);
    sum3 = add(group, from, 3, sum3);
  }
  const out = load<u32>(layer, OUTPUT) + row * load<u32>(layer, OUTPUT_STRIDE) + place;
  const scale = f32x4.splat(load<f32>(list, 4));
  finish(layer, place, out, scale, sum0);
  finish(layer, place + 16, out + 16, scale, sum1);
  finish(layer, place + 32, out + 32, scale, sum2);
  finish(layer, place + 48, out + 48, scale, sum3);
}

/** Four outputs of their sums. */
function finish(layer: usize, place: usize, out: usize, rowScale: v128, sums: v128): void {
  const scale = f32x4.mul(v128.load(load<u32>(layer, SCALES) + place), rowScale);
  const bias = v128.load(load<u32>(layer, BIAS) + place);
  const value = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sums), scale), bias);
  const least = load<u32>(layer, IS_HIDDEN) ? f32x4.splat(0) : f32x4.splat(-Infinity);
  v128.store(out, f32x4.max(value, least));
}
