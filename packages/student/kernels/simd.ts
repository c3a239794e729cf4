// AssemblyScript: a student's forward pass with 128-bit SIMD: bags of rows, products of vectors, layers. The caller owns
// the memory and plans it (src/executors/memory-plan.ts). The oracle is the reference executor, for whole numbers the
// plain twin in test/executors. Compiled by scripts/build-kernels.mjs. Sums of rows are written out for each kind of
// numbers: a question in the loop over ids would be asked for every row, and there are no closures that cost nothing.
export { checksum } from './shared/checksum';
export { layerFloat } from './shared/float-layer';
export { layerWhole, packWhole } from './shared/whole-layer';

/**
 * Each row of out [B, D], `stride` bytes apart, = scale * sum of the rows `ids` [Z] of table [V, D]; the order is the
 * reference's. `bags` are Z and scale of each, `ids` those of all, one behind the other, 32 bits each. `kind` 0: float32; 1: float16, as
 * bits, finite; 2: whole numbers of 8 bits, `scales` [V] those of the rows.
 */
export function gather(
  kind: u32,
  out: usize,
  stride: usize,
  table: usize,
  bags: usize,
  ids: usize,
  B: usize,
  D: usize,
  scales: usize,
): void {
  for (; B > 0; B--, out += stride) {
    const scale = load<f32>(bags, 4);
    const end = ids + <usize>load<u32>(bags) * 4;
    if (kind === 0) sumFloat(out, table, ids, end, D, scale);
    else if (kind === 1) sumHalf(out, table, ids, end, D, scale);
    else sumWhole(out, table, ids, end, D, scale, scales);
    bags += 8;
    ids = end;
  }
}

function sumFloat(out: usize, table: usize, ids: usize, end: usize, D: usize, scale: f32): void {
  let column: usize = 0;
  if (D >= 16) {
    do {
      // The last ones are a part of those before, too.
      if (column + 16 > D) column = D - 16;
      let sum0 = f32x4.splat(0);
      let sum1 = f32x4.splat(0);
      let sum2 = f32x4.splat(0);
      let sum3 = f32x4.splat(0);
      for (let id = ids; id < end; id += 4) {
        const row = table + (<usize>load<u32>(id) * D + column) * 4;
        sum0 = f32x4.add(sum0, v128.load(row));
        sum1 = f32x4.add(sum1, v128.load(row, 16));
        sum2 = f32x4.add(sum2, v128.load(row, 32));
        sum3 = f32x4.add(sum3, v128.load(row, 48));
      }
      const to = out + column * 4;
      storeScaled(to, sum0, sum1, scale);
      storeScaled(to + 32, sum2, sum3, scale);
      column += 16;
    } while (column < D);
  }
  for (; column < D; column++) {
    let sum: f32 = 0;
    for (let id = ids; id < end; id += 4) {
      sum += load<f32>(table + (<usize>load<u32>(id) * D + column) * 4);
    }
    store<f32>(out + column * 4, sum * scale);
  }
}

/** Eight sums times a scale. */
function storeScaled(to: usize, low: v128, high: v128, scale: f32): void {
  const factor = f32x4.splat(scale);
  v128.store(to, f32x4.mul(low, factor));
  v128.store(to, f32x4.mul(high, factor), 16);
}

function sumHalf(out: usize, table: usize, ids: usize, end: usize, D: usize, scale: f32): void {
  let column: usize = 0;
  if (D >= 8) {
    do {
      if (column + 8 > D) column = D - 8;
      let low = f32x4.splat(0);
      let high = f32x4.splat(0);
      for (let id = ids; id < end; id += 4) {
        const row = table + (<usize>load<u32>(id) * D + column) * 2;
        low = f32x4.add(low, widen(v128.load_ext<u16>(row)));
        high = f32x4.add(high, widen(v128.load_ext<u16>(row, 8)));
      }
      storeScaled(out + column * 4, low, high, scale);
      column += 8;
    } while (column < D);
  }
  for (; column < D; column++) {
    let sum: f32 = 0;
    for (let id = ids; id < end; id += 4) {
      const bits = i32x4.splat(load<u16>(table + (<usize>load<u32>(id) * D + column) * 2));
      sum += f32x4.extract_lane(widen(bits), 0);
    }
    store<f32>(out + column * 4, sum * scale);
  }
}

/** Four float16 as bits, each in 32 of them, to float32: exponents are moved by a product, which is exact. */
function widen(bits: v128): v128 {
  const sign = i32x4.shl(v128.and(bits, i32x4.splat(0x8000)), 16);
  const magnitude = i32x4.shl(v128.and(bits, i32x4.splat(0x7fff)), 13);
  return v128.or(sign, f32x4.mul(magnitude, i32x4.splat(0x77800000)));
}

function sumWhole(
  out: usize,
  table: usize,
  ids: usize,
  end: usize,
  D: usize,
  scale: f32,
  scales: usize,
): void {
  let column: usize = 0;
  if (D >= 16) {
    do {
      if (column + 16 > D) column = D - 16;
      let sum0 = f32x4.splat(0);
      let sum1 = f32x4.splat(0);
      let sum2 = f32x4.splat(0);
      let sum3 = f32x4.splat(0);
      for (let id = ids; id < end; id += 4) {
        const number: usize = load<u32>(id);
        const row = v128.load(table + number * D + column);
        const rowScale = v128.load32_splat(scales + number * 4);
        const low = i16x8.extend_low_i8x16_s(row);
        const high = i16x8.extend_high_i8x16_s(row);
        sum0 = f32x4.add(sum0, scaled(i32x4.extend_low_i16x8_s(low), rowScale));
        sum1 = f32x4.add(sum1, scaled(i32x4.extend_high_i16x8_s(low), rowScale));
        sum2 = f32x4.add(sum2, scaled(i32x4.extend_low_i16x8_s(high), rowScale));
        sum3 = f32x4.add(sum3, scaled(i32x4.extend_high_i16x8_s(high), rowScale));
      }
      const to = out + column * 4;
      storeScaled(to, sum0, sum1, scale);
      storeScaled(to + 32, sum2, sum3, scale);
      column += 16;
    } while (column < D);
  }
  for (; column < D; column++) {
    let sum: f32 = 0;
    for (let id = ids; id < end; id += 4) {
      const number: usize = load<u32>(id);
      sum += <f32>load<i8>(table + number * D + column) * load<f32>(scales + number * 4);
    }
    store<f32>(out + column * 4, sum * scale);
  }
}

/** Four whole numbers times a scale. */
function scaled(numbers: v128, scale: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(numbers), scale);
}

/**
 * Not 0 if some numbers from `at` to `end` are not finite, of 32 bits or twice 16. Of one that is not, all bits of the exponent
 * are set, the `mask`: one `step` more carries into the sign.
 */
export function carries(at: usize, end: usize, mask: u32, step: u32): u32 {
  let carried = i32x4.splat(0);
  for (; at + 16 <= end; at += 16) {
    const exponents = v128.and(v128.load(at), i32x4.splat(mask));
    carried = v128.or(carried, i32x4.add(exponents, i32x4.splat(step)));
  }
  if (v128.any_true(v128.and(carried, i32x4.splat(mask + step)))) return 1;
  let last: u32 = 0;
  for (; at < end; at += 2) {
    const shift = (<u32>at & 2) << 3;
    last |= (load<u16>(at) & (mask >> shift)) + ((step >> shift) & 0xffff);
  }
  return last & 0x8000;
}

/** out [D] = left [D] * right [D]. */
export function multiply(out: usize, left: usize, right: usize, D: usize): void {
  const bytes = D * 4;
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    v128.store(out + at, f32x4.mul(v128.load(left + at), v128.load(right + at)));
  }
  for (; at < bytes; at += 4) {
    store<f32>(out + at, load<f32>(left + at) * load<f32>(right + at));
  }
}
