// Embedding bag: the rows of a bag of ids, combined into one vector. The readable reference, forward and backward.

/** Numbers of either width: float32 in use, float64 for gradient checks. */
export type FloatArray = Float32Array | Float64Array;

/** How the rows of a bag become one vector: their sum, sum / count, or sum / square root of count. */
export type Combiner = 'sum' | 'mean' | 'sqrtn';

/** Sizes of an embedding bag. */
export interface EmbeddingBagSizes {
  /** Bags in the batch. */
  B: number;
  /** Width of a row. */
  D: number;
  combiner: Combiner;
  /** Numbers from one row of `out` to the next; default D. Larger where several blocks share a row. */
  stride?: number;
  /** Where in a row of `out` the vector begins; default 0. */
  start?: number;
}

/** Factor that the sum of `count` rows is multiplied by; an empty bag gives the zero vector with any combiner. */
export function combinerScale(combiner: Combiner, count: number): number {
  if (count === 0 || combiner === 'sum') return 1;
  return combiner === 'mean' ? 1 / count : 1 / Math.sqrt(count);
}

/** Writes the combined rows of each bag into `out`; an empty bag writes zeros. */
export function embeddingBag(
  out: FloatArray,
  ids: Int32Array,
  offsets: Int32Array,
  table: FloatArray,
  sizes: EmbeddingBagSizes,
): void {
  // out [B, stride], ids [Z], offsets [B + 1], table [V, D]
  const { B, D, combiner, stride = D, start = 0 } = sizes;
  for (let bag = 0; bag < B; bag++) {
    const outRow = bag * stride + start;
    const end = offsets[bag + 1];
    for (let column = 0; column < D; column++) out[outRow + column] = 0;
    for (let position = offsets[bag]; position < end; position++) {
      const tableRow = ids[position] * D;
      for (let column = 0; column < D; column++) out[outRow + column] += table[tableRow + column];
    }
    const scale = combinerScale(combiner, end - offsets[bag]);
    if (scale !== 1) for (let column = 0; column < D; column++) out[outRow + column] *= scale;
  }
}

/**
 * Adds to `dRows` the gradient of each id's row: that of its bag's vector times the combiner's factor.
 * An id that occurs twice has two rows here; the optimizer or the caller sums them.
 */
export function embeddingBagBackward(
  dRows: FloatArray,
  dOut: FloatArray,
  offsets: Int32Array,
  sizes: EmbeddingBagSizes,
): void {
  // dRows [Z, D], dOut [B, stride], offsets [B + 1]
  const { B, D, combiner, stride = D, start = 0 } = sizes;
  for (let bag = 0; bag < B; bag++) {
    const outRow = bag * stride + start;
    const end = offsets[bag + 1];
    const scale = combinerScale(combiner, end - offsets[bag]);
    for (let position = offsets[bag]; position < end; position++) {
      for (let column = 0; column < D; column++) {
        dRows[position * D + column] += dOut[outRow + column] * scale;
      }
    }
  }
}
