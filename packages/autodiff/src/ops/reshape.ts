// Operations that move or rename axes without changing values: reshape and transpose.
import { AutodiffError } from '../errors.js';
import { canonicalDim, type Dim, divideDims, multiplyDims } from '../graph/dimension.js';
import { formatShape, resolveAxis, sameShape } from '../graph/shape.js';
import { applyOperation, type Operation, type Tensor } from '../graph/tensor.js';
import { ints, type OnnxBuilder } from '../onnx/builder.js';
import { stridedOffsets, stridesOf } from '../reference/values.js';

const reshapeOperation: Operation<{ shape: readonly Dim[] }> = {
  type: 'reshape',
  infer: ([x], { shape }) => [{ shape, dtype: x.dtype }],
  evaluate: ([x], { shape }, context) => [
    { data: x.data, shape: shape.map((dim) => context.resolve(dim)) },
  ],
  emit: ([x], { shape }, { builder, node }) =>
    builder.node('Reshape', [x, emitTarget(shape, node.inputs[0].shape, builder)]),
  gradient: (d, { inputs: [x] }) => [reshape(d, x.shape)],
};

/**
 * The same values in another shape.
 * `dims`: a size, a symbolic size, 0 to copy the size at the same place, or one -1 to infer.
 * @throws AutodiffError SHAPE_MISMATCH when the numbers of elements differ.
 */
export function reshape(x: Tensor, dims: readonly Dim[]): Tensor {
  const shape = inferTarget(x, dims);
  if (sameShape(shape, x.shape)) return x;
  return applyOperation(reshapeOperation, [x], { shape })[0];
}

function inferTarget(x: Tensor, dims: readonly Dim[]): Dim[] {
  const fail = (reason: string) =>
    new AutodiffError(
      'SHAPE_MISMATCH',
      `reshape '${x.name}': got ${formatShape(dims)} for ${formatShape(x.shape)}, expected ${reason}`,
    );
  const shape = dims.map((dim, axis) => {
    if (dim !== 0) return canonicalDim(dim);
    if (axis >= x.shape.length) throw fail('0 only where the input has an axis');
    return x.shape[axis];
  });
  const open = shape.indexOf(-1);
  const total = multiplyDims(x.shape);
  if (open >= 0) {
    if (shape.indexOf(-1, open + 1) >= 0) throw fail('at most one -1');
    const rest = divideDims(total, multiplyDims(shape.filter((_, axis) => axis !== open)));
    if (rest === undefined) throw fail('sizes that divide the number of elements');
    shape[open] = rest;
  } else if (multiplyDims(shape) !== total) {
    throw fail(`${total} elements`);
  }
  return shape;
}

/** A constant target where ONNX can copy (0) or infer (-1) what is symbolic; else one made at run time. */
function emitTarget(shape: readonly Dim[], from: readonly Dim[], builder: OnnxBuilder): string {
  let numInferred = 0;
  const target = shape.map((dim, axis) => {
    if (typeof dim === 'number') return dim;
    if (from[axis] === dim) return 0;
    numInferred++;
    return -1;
  });
  // A size of 0 means "copy" in a constant target, so an empty axis must be computed.
  const hasEmptyAxis = shape.includes(0);
  return numInferred <= 1 && !hasEmptyAxis ? builder.integers(target) : builder.shape(shape);
}

const transposeOperation: Operation<{ permutation: readonly number[] }> = {
  type: 'transpose',
  infer: ([x], { permutation }) => [
    { shape: permutation.map((axis) => x.shape[axis]), dtype: x.dtype },
  ],
  evaluate: ([x], { permutation }) => {
    const strides = stridesOf(x.shape);
    const shape = permutation.map((axis) => x.shape[axis]);
    const offsets = stridedOffsets(
      shape,
      permutation.map((axis) => strides[axis]),
    );
    return [{ data: Float64Array.from(offsets, (offset) => x.data[offset]), shape }];
  },
  emit: ([x], { permutation }, { builder }) =>
    builder.node('Transpose', [x], { perm: ints(permutation) }),
  gradient: (d, { attributes: { permutation } }) => [
    transpose(
      d,
      permutation.map((_, axis) => permutation.indexOf(axis)),
    ),
  ],
};

/**
 * Axes in another order: output axis `i` is input axis `permutation[i]`. Default: the last two swap.
 * @throws AutodiffError ATTRIBUTE_INVALID when it is no permutation of the axes.
 */
export function transpose(x: Tensor, permutation?: readonly number[]): Tensor {
  const rank = x.shape.length;
  const axes = (permutation ?? lastTwoSwapped(rank)).map((axis) =>
    resolveAxis(axis, rank, `transpose '${x.name}'`),
  );
  if (axes.length !== rank || new Set(axes).size !== rank) {
    throw new AutodiffError(
      'ATTRIBUTE_INVALID',
      `transpose '${x.name}': got [${permutation}], expected each of the ${rank} axes once`,
    );
  }
  if (axes.every((axis, index) => axis === index)) return x;
  return applyOperation(transposeOperation, [x], { permutation: axes })[0];
}

function lastTwoSwapped(rank: number): number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return rank < 2 ? axes : [...axes.slice(0, -2), rank - 1, rank - 2];
}
