// Arrays of the float64 reference: row-major values with a shape, and the index walks kernels share.
import { sizeOfShape } from '../graph/shape.js';

/** Row-major float64 values. Integers and bools are held as numbers too. */
export interface Values {
  data: Float64Array;
  shape: number[];
}

/** Zeros of a shape. */
export function zeros(shape: readonly number[]): Values {
  return { data: new Float64Array(sizeOfShape(shape)), shape: [...shape] };
}

/** A function applied to each element. */
export function mapValues(values: Values, apply: (value: number) => number): Values {
  return { data: values.data.map(apply), shape: [...values.shape] };
}

/** Row-major strides of a shape. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = strides[axis + 1] * shape[axis + 1];
  }
  return strides;
}

/**
 * For each element of `shape` in row-major order, the sum of its coordinates times `strides`.
 * With a stride of 0 an axis repeats, so this serves broadcasts, transposes, slices and reductions.
 */
export function stridedOffsets(shape: readonly number[], strides: readonly number[]): Int32Array {
  const offsets = new Int32Array(sizeOfShape(shape));
  const coordinates = new Array<number>(shape.length).fill(0);
  let offset = 0;
  for (let index = 0; index < offsets.length; index++) {
    offsets[index] = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      coordinates[axis]++;
      offset += strides[axis];
      if (coordinates[axis] < shape[axis]) break;
      offset -= coordinates[axis] * strides[axis];
      coordinates[axis] = 0;
    }
  }
  return offsets;
}

/** For each element of `target`, the offset of the element of `shape` that broadcasts to it. */
export function broadcastOffsets(shape: readonly number[], target: readonly number[]): Int32Array {
  const missing = target.length - shape.length;
  const strides = stridesOf(shape);
  return stridedOffsets(
    target,
    target.map((_, axis) =>
      axis < missing || shape[axis - missing] === 1 ? 0 : strides[axis - missing],
    ),
  );
}

/** The shape of two broadcast shapes; the graph has checked that they fit. */
export function broadcastSizes(left: readonly number[], right: readonly number[]): number[] {
  const rank = Math.max(left.length, right.length);
  return Array.from({ length: rank }, (_, axis) => {
    const a = left[axis - rank + left.length] ?? 1;
    const b = right[axis - rank + right.length] ?? 1;
    return a === 1 ? b : a;
  });
}

/** A function of two broadcast operands. */
export function zipValues(
  left: Values,
  right: Values,
  apply: (left: number, right: number) => number,
): Values {
  const shape = broadcastSizes(left.shape, right.shape);
  const leftOffsets = broadcastOffsets(left.shape, shape);
  const rightOffsets = broadcastOffsets(right.shape, shape);
  const result = zeros(shape);
  for (let index = 0; index < result.data.length; index++) {
    result.data[index] = apply(left.data[leftOffsets[index]], right.data[rightOffsets[index]]);
  }
  return result;
}

/** Folds the elements along `axes` into one each, starting from `initial`. */
export function foldValues(
  values: Values,
  axes: readonly number[],
  initial: number,
  combine: (total: number, value: number) => number,
): Values {
  const kept = values.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  const offsets = broadcastOffsets(kept, values.shape);
  const result = zeros(kept);
  result.data.fill(initial);
  for (let index = 0; index < values.data.length; index++) {
    result.data[offsets[index]] = combine(result.data[offsets[index]], values.data[index]);
  }
  return result;
}
