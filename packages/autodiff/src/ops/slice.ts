// Parts of a tensor along one axis: slice, its inverse pad, and concat.
import { AutodiffError } from '../errors.js';
import { addDims, canonicalDim, type Dim } from '../graph/dimension.js';
import { formatShape, resolveAxis, sameShape } from '../graph/shape.js';
import { applyOperation, type Operation, requireDataType, type Tensor } from '../graph/tensor.js';
import { int } from '../onnx/builder.js';
import { stridedOffsets, stridesOf, type Values, zeros } from '../reference/values.js';

/** Which part of an axis to take. */
export interface SliceOptions {
  /** Negative: counted from the last axis. */
  axis: number;
  /** First index. Default: 0. */
  start?: number;
  /** Index after the last one; negative: counted from the end; may be symbolic. Default: the size. */
  end?: Dim;
}

/** An interval of an axis, resolved: all of it lies inside. */
interface Interval {
  axis: number;
  start: Dim;
  end: Dim;
}

const sliceOperation: Operation<Interval> = {
  type: 'slice',
  infer: ([x], { axis, start, end }) => [
    { shape: replaceAxis(x.shape, axis, addDims(end, start, -1)), dtype: x.dtype },
  ],
  evaluate: ([x], { axis, start, end }, context) => {
    const from = context.resolve(start);
    const shape = replaceAxis(x.shape, axis, context.resolve(end) - from);
    const strides = stridesOf(x.shape);
    const offsets = stridedOffsets(shape, strides);
    const first = from * strides[axis];
    return [{ data: Float64Array.from(offsets, (offset) => x.data[first + offset]), shape }];
  },
  emit: ([x], { axis, start, end }, { builder }) =>
    builder.node('Slice', [
      x,
      builder.dimension(start),
      builder.dimension(end),
      builder.integers([axis]),
    ]),
  gradient: (d, { inputs: [x], attributes: { axis, start, end } }) => [
    pad(d, { axis, before: start, after: addDims(x.shape[axis], end, -1) }),
  ],
};

/**
 * The elements `start` to before `end` of one axis; the axis stays.
 * @throws AutodiffError ATTRIBUTE_INVALID when the interval leaves the axis.
 */
export function slice(x: Tensor, options: SliceOptions): Tensor {
  const axis = resolveAxis(options.axis, x.shape.length, `slice '${x.name}'`);
  const size = x.shape[axis];
  const fromEnd = (index: Dim) =>
    typeof index === 'number' && index < 0 ? addDims(size, index) : canonicalDim(index);
  const start = fromEnd(options.start ?? 0);
  const end = fromEnd(options.end ?? size);
  if (isOutside(start, end, size)) {
    throw new AutodiffError(
      'ATTRIBUTE_INVALID',
      `slice '${x.name}': ${start}..${end} of axis ${axis}, expected within 0..${size}`,
    );
  }
  if (start === 0 && end === size) return x;
  return applyOperation(sliceOperation, [x], { axis, start, end })[0];
}

/** Whether an interval surely leaves its axis; what is symbolic is known only at run time. */
function isOutside(start: Dim, end: Dim, size: Dim): boolean {
  const isNumber = (dim: Dim) => typeof dim === 'number';
  return (
    (isNumber(start) && isNumber(end) && start > end) ||
    (isNumber(end) && isNumber(size) && end > size) ||
    (isNumber(start) && start < 0)
  );
}

interface PadAttributes {
  axis: number;
  before: Dim;
  after: Dim;
}

const padOperation: Operation<PadAttributes> = {
  type: 'pad',
  infer: ([x], { axis, before, after }) => [
    {
      shape: replaceAxis(x.shape, axis, addDims(addDims(x.shape[axis], before), after)),
      dtype: x.dtype,
    },
  ],
  evaluate: ([x], { axis, before, after }, context) => {
    const start = context.resolve(before);
    const size = x.shape[axis] + start + context.resolve(after);
    const out = zeros(replaceAxis(x.shape, axis, size));
    copyInto(out, x, axis, start);
    return [out];
  },
  emit: ([x], { axis, before, after }, { builder }) => {
    const pads = builder.shape([before, after]);
    return builder.node('Pad', [x, pads, builder.scalar(0), builder.integers([axis])]);
  },
  gradient: (d, { inputs: [x], attributes: { axis, before } }) => [
    applyOperation(sliceOperation, [d], {
      axis,
      start: before,
      end: addDims(before, x.shape[axis]),
    })[0],
  ],
};

/** Zeros before and after the elements of one axis. */
function pad(x: Tensor, attributes: PadAttributes): Tensor {
  return applyOperation(padOperation, [x], attributes)[0];
}

const concatOperation: Operation<{ axis: number }> = {
  type: 'concat',
  infer: (inputs, { axis }) => {
    const [first] = inputs;
    for (const input of inputs) {
      requireDataType(input, [first.dtype], 'concat');
      if (sameShape(replaceAxis(input.shape, axis, 0), replaceAxis(first.shape, axis, 0))) continue;
      throw new AutodiffError(
        'SHAPE_MISMATCH',
        `concat: '${input.name}' is ${formatShape(input.shape)}, expected ${formatShape(first.shape)} apart from axis ${axis}`,
      );
    }
    const size = inputs.map((input) => input.shape[axis]).reduce((sum, dim) => addDims(sum, dim));
    return [{ shape: replaceAxis(first.shape, axis, size), dtype: first.dtype }];
  },
  evaluate: (inputs, { axis }) => {
    const size = inputs.reduce((sum, input) => sum + input.shape[axis], 0);
    const out = zeros(replaceAxis(inputs[0].shape, axis, size));
    let start = 0;
    for (const input of inputs) {
      copyInto(out, input, axis, start);
      start += input.shape[axis];
    }
    return [out];
  },
  emit: (values, { axis }, { builder }) => builder.node('Concat', values, { axis: int(axis) }),
  gradient: (d, { inputs, attributes: { axis } }) => {
    let start: Dim = 0;
    return inputs.map((input) => {
      const interval: Interval = { axis, start, end: addDims(start, input.shape[axis]) };
      start = interval.end;
      return applyOperation(sliceOperation, [d], interval)[0];
    });
  },
};

/** Tensors one after the other along `axis`. @throws AutodiffError SHAPE_MISMATCH, ATTRIBUTE_INVALID */
export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  if (tensors.length === 0) {
    throw new AutodiffError('ATTRIBUTE_INVALID', 'concat: got no tensors, expected at least one');
  }
  if (tensors.length === 1) return tensors[0];
  const resolved = resolveAxis(axis, tensors[0].shape.length, 'concat');
  return applyOperation(concatOperation, tensors, { axis: resolved })[0];
}

function replaceAxis<D extends Dim>(shape: readonly D[], axis: number, size: D): D[] {
  return shape.map((dim, index) => (index === axis ? size : dim));
}

/** Writes `part` into `out` from index `start` of `axis`. */
function copyInto(out: Values, part: Values, axis: number, start: number): void {
  const strides = stridesOf(out.shape);
  const first = start * strides[axis];
  stridedOffsets(part.shape, strides).forEach((offset, index) => {
    out.data[first + offset] = part.data[index];
  });
}
