// AssemblyScript: a dense layer in whole numbers: weights of 8 bits with a scale an output, inputs of 7 bits with a
// scale a row. Sums are exact, so that both ways to multiply give the same bits on every machine: pairs of channels by
// the 16-bit dot product, or four channels by the relaxed 8-bit one, which is exact for factors of 7 bits.
import {
  BASES,
  BIAS,
  C,
  IS_FIRST,
  IS_HIDDEN,
  inputOf,
  LIST_HEAD,
  largestMagnitude,
  listOf,
  NUM_PANELS,
  outputOf,
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
/** A float32 of such a size has no fraction: a number that is added to it is rounded, to the even one of two as near. */
const ROUNDER: f32 = 12582912;
const ROUNDER_BITS: i32 = 0x4b400000;
/** Channels of a group: bytes of weights that belong to it, of one output. */
const GROUP: usize = ASC_FEATURE_RELAXED_SIMD ? 4 : 2;
/** Rows that are smaller count as 0. */
const SMALLEST: f32 = 1e-30;

/** Outputs of B rows: input weight + bias, then ReLU in hidden layers. */
export function layerWhole(layer: usize, B: usize): void {
  for (let row: usize = 0; row < B; row++) writeGroups(layer, row);
  const paired = B & ~1;
  const numPanels: usize = load<u32>(layer, NUM_PANELS);
  for (let panel: usize = 0; panel < numPanels; panel++) {
    for (let row: usize = 0; row < paired; row += 2) {
      multiplyPair(layer, panel, row, 0);
      multiplyPair(layer, panel, row, 16);
    }
    if (paired < B) multiplyRow(layer, panel, paired);
  }
}

/**
 * Writes weights [C, O] of 8 bits at `from` as the kernels read them: panels of 32 outputs, group after group, so that a
 * panel is one run of memory. What is missing of a panel or a group is 0. `BASES` begin so that the zero point drops out.
 */
export function packWhole(layer: usize, from: usize, O: usize): void {
  const numChannels: usize = load<u32>(layer, C);
  const bases: usize = load<u32>(layer, BASES);
  const zeroPoint = ASC_FEATURE_RELAXED_SIMD && load<u32>(layer, IS_FIRST) ? ZERO_POINT : 0;
  for (let channel: usize = 0; channel < numChannels; channel++) {
    const group = load<u32>(layer, WEIGHTS) + (channel / GROUP) * GROUP * PANEL + (channel % GROUP);
    for (let output: usize = 0; output < O; output++) {
      const weight = load<i8>(from++);
      const panel = group + (output / PANEL) * load<u32>(layer, PANEL_BYTES);
      store<i8>(panel + (output % PANEL) * GROUP, weight);
      const base = bases + output * 4;
      store<i32>(base, load<i32>(base) - zeroPoint * weight);
    }
  }
}

/** Where a row is as whole numbers: behind what its list begins with. */
function groupsOf(layer: usize, row: usize): usize {
  return listOf(layer, row) + LIST_HEAD;
}

/** Bytes of a row's groups: channels in whole groups, of 16 bits each or of 8. */
function groupBytes(layer: usize): usize {
  return ((load<u32>(layer, C) + 3) / 4) * (16 / GROUP);
}

/**
 * A row as whole numbers, and the scale that undoes it. Groups whose channels are all 0 are rare and stay. Sixteen numbers
 * a turn: what is read behind a row lies in memory that follows it, and what comes of it in groups that nobody reads.
 */
function writeGroups(layer: usize, row: usize): void {
  const isFirst = load<u32>(layer, IS_FIRST);
  const numChannels: usize = load<u32>(layer, C);
  const levels = isFirst ? SIGNED_LEVELS : LEVELS;
  let input = inputOf(layer, row);
  const largest = largestMagnitude(input, numChannels);
  const isZero = largest < SMALLEST;
  store<f32>(listOf(layer, row), isZero ? 0 : largest / levels);
  const factor = f32x4.splat(isZero ? 0 : levels / largest);
  const zero = i32x4.splat(ROUNDER_BITS - (ASC_FEATURE_RELAXED_SIMD && isFirst ? ZERO_POINT : 0));
  let to = groupsOf(layer, row);
  for (const end = input + numChannels * 4; input < end; to += 16) {
    const words = i16x8.narrow_i32x4_s(round(input, factor, zero), round(input + 16, factor, zero));
    input += 32;
    if (ASC_FEATURE_RELAXED_SIMD) {
      const high = i16x8.narrow_i32x4_s(
        round(input, factor, zero),
        round(input + 16, factor, zero),
      );
      v128.store(to, i8x16.narrow_i16x8_u(words, high));
      input += 32;
    } else v128.store(to, words);
  }
}

/** Four numbers as the nearest whole ones, minus `zero`, which is the bits of `ROUNDER` for none. */
function round(input: usize, factor: v128, zero: v128): v128 {
  const shifted = f32x4.add(f32x4.mul(v128.load(input), factor), f32x4.splat(ROUNDER));
  return i32x4.sub(shifted, zero);
}

/** Weights of a group's channels, of the four outputs at `lane`. */
function load4(weights: usize, lane: usize): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.load(weights + lane * 16);
  return v128.load_ext<i8>(weights + lane * 8);
}

/** Sum so far plus the products of a group's channels. */
function add(group: v128, weights: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i32x4.relaxed_dot_i8x16_i7x16_add_s(weights, group, sum);
  return i32x4.add(sum, i32x4.dot_i16x8_s(weights, group));
}

/** Sixteen outputs of two rows, which read the weights once; `half` is 0 or 16, the first of them in the panel. */
function multiplyPair(layer: usize, panel: usize, row: usize, half: usize): void {
  let groups = groupsOf(layer, row);
  const stride = groupsOf(layer, row + 1) - groups;
  let weights = load<u32>(layer, WEIGHTS) + panel * load<u32>(layer, PANEL_BYTES) + half * GROUP;
  const place = (panel * PANEL + half) * 4;
  const bases = load<u32>(layer, BASES) + place;
  let sum0 = v128.load(bases);
  let sum1 = v128.load(bases, 16);
  let sum2 = v128.load(bases, 32);
  let sum3 = v128.load(bases, 48);
  let next0 = sum0;
  let next1 = sum1;
  let next2 = sum2;
  let next3 = sum3;
  for (const end = groups + groupBytes(layer); groups < end; groups += 4) {
    const group = v128.load32_splat(groups);
    const next = v128.load32_splat(groups + stride);
    const weights0 = load4(weights, 0);
    sum0 = add(group, weights0, sum0);
    next0 = add(next, weights0, next0);
    const weights1 = load4(weights, 1);
    sum1 = add(group, weights1, sum1);
    next1 = add(next, weights1, next1);
    const weights2 = load4(weights, 2);
    sum2 = add(group, weights2, sum2);
    next2 = add(next, weights2, next2);
    const weights3 = load4(weights, 3);
    sum3 = add(group, weights3, sum3);
    next3 = add(next, weights3, next3);
    weights += PANEL * GROUP;
  }
  finish4(layer, row, place, sum0, sum1, sum2, sum3);
  finish4(layer, row + 1, place, next0, next1, next2, next3);
}

/** The outputs of a row in a panel. */
function multiplyRow(layer: usize, panel: usize, row: usize): void {
  let groups = groupsOf(layer, row);
  let weights = load<u32>(layer, WEIGHTS) + panel * load<u32>(layer, PANEL_BYTES);
  const place = panel * PANEL * 4;
  const bases = load<u32>(layer, BASES) + place;
  let sum0 = v128.load(bases);
  let sum1 = v128.load(bases, 16);
  let sum2 = v128.load(bases, 32);
  let sum3 = v128.load(bases, 48);
  let sum4 = v128.load(bases, 64);
  let sum5 = v128.load(bases, 80);
  let sum6 = v128.load(bases, 96);
  let sum7 = v128.load(bases, 112);
  for (const end = groups + groupBytes(layer); groups < end; groups += 4) {
    const group = v128.load32_splat(groups);
    sum0 = add(group, load4(weights, 0), sum0);
    sum1 = add(group, load4(weights, 1), sum1);
    sum2 = add(group, load4(weights, 2), sum2);
    sum3 = add(group, load4(weights, 3), sum3);
    sum4 = add(group, load4(weights, 4), sum4);
    sum5 = add(group, load4(weights, 5), sum5);
    sum6 = add(group, load4(weights, 6), sum6);
    sum7 = add(group, load4(weights, 7), sum7);
    weights += PANEL * GROUP;
  }
  finish4(layer, row, place, sum0, sum1, sum2, sum3);
  finish4(layer, row, place + 64, sum4, sum5, sum6, sum7);
}

/** Sixteen outputs of a row at `place`, of their sums. */
function finish4(
  layer: usize,
  row: usize,
  place: usize,
  sum0: v128,
  sum1: v128,
  sum2: v128,
  sum3: v128,
): void {
  const out = outputOf(layer, row) + place;
  const scale = f32x4.splat(load<f32>(listOf(layer, row)));
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
