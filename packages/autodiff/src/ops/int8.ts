// How products and gathers read a weight that is written as int8, in standard ONNX operators.
// Gradients and training know no int8.
import type { Int8Reading, Int8Weight, Node } from '../graph/tensor.js';
import { int, ints, type OnnxBuilder } from '../onnx/builder.js';
import { FULL_CODE, PRODUCT_CODE } from '../onnx/quantize.js';

/** The second input of a plain product of two matrices, transposed or not, as int8. */
export const int8Matmul: Int8Reading<{ transposeA: boolean; transposeB: boolean; scale: number }> =
  {
    input: 1,
    largestCode: PRODUCT_CODE,
    channelAxis: (node) => {
      const { transposeA, transposeB, scale } = node.attributes;
      return transposeA || scale !== 1 || !hasRows(node) ? undefined : transposeB ? 0 : 1;
    },
    emit: ([x], weight, { transposeB }, builder) => [emitProduct(x, weight, transposeB, builder)],
  };

/** The weight of a linear layer as int8; its bias stays float32. */
export const int8Linear: Int8Reading<{ transposeWeight: boolean }> = {
  input: 1,
  largestCode: PRODUCT_CODE,
  channelAxis: (node) => (!hasRows(node) ? undefined : node.attributes.transposeWeight ? 0 : 1),
  emit: ([x, , bias], weight, { transposeWeight }, builder) =>
    builder.node('Add', [emitProduct(x, weight, transposeWeight, builder), bias]),
};

/** The table of a gather as int8, a scale a row. */
export const int8Gather: Int8Reading = {
  input: 0,
  largestCode: FULL_CODE,
  channelAxis: () => 0,
  emit: ([, ids], { codes, scales }, _, builder) => {
    const rows = builder.cast(builder.node('Gather', [codes, ids], { axis: int(0) })[0], 'float32');
    const scale = builder.node('Gather', [scales, ids], { axis: int(0) });
    const column = builder.node('Unsqueeze', [scale[0], builder.integers([-1])]);
    return builder.node('Mul', [rows, column[0]]);
  },
};

/** uint8 code of 0 where values have both signs. */
const MIDDLE_CODE = 128;

/** Codes of values with a known lowest one begin there, at 0. */
const LARGEST_UINT8 = 255;

/** Takes the place of the scale of a row of zeros, which would divide by 0. */
const SMALLEST_SCALE = 1e-30;

/** Whether the first input is a matrix: each of its rows gets a scale. */
function hasRows(node: Pick<Node, 'inputs'>): boolean {
  return node.inputs[0].shape.length === 2;
}

/**
 * float32 x [M, C] by an int8 weight -> [M, O]. Each row of x gets a scale of its own, so a row's result does not depend
 * on the rows beside it, as it does with one scale for a whole tensor (DynamicQuantizeLinear), which also rounds more
 * coarsely. The product is exact in int32, then scaled back. Where x has a lowest value (GELU), the codes begin there
 * and are twice as fine; what that adds to every output is a constant of the weight, taken off again.
 */
function emitProduct(
  x: string,
  weight: Int8Weight,
  transposed: boolean,
  builder: OnnxBuilder,
): string {
  const { lowest } = weight;
  const rows = lowest === undefined ? emitCodes(x, builder) : emitShiftedCodes(x, lowest, builder);
  const columns = transposed
    ? builder.node('Transpose', [weight.codes], { perm: ints([1, 0]) })[0]
    : weight.codes;
  const sums = builder.node('MatMulInteger', [rows.codes, columns, rows.zero]);
  const scaled = builder.node('Mul', [builder.cast(sums[0], 'float32'), weight.scales]);
  const product = builder.node('Mul', [scaled[0], rows.scale])[0];
  if (lowest === undefined) return product;
  const total = builder.node(
    'ReduceSum',
    [builder.cast(columns, 'float32'), builder.integers([0])],
    { keepdims: int(0) },
  );
  const share = builder.node('Mul', [total[0], weight.scales])[0];
  return builder.node('Add', [product, builder.node('Mul', [share, builder.scalar(lowest)])[0]])[0];
}

/** Rows as uint8: their codes, the code of 0 and the scales [M, 1]. */
interface RowCodes {
  codes: string;
  zero: string;
  scale: string;
}

/** Values of both signs: the largest size of a row is 127 codes away from the middle. */
function emitCodes(x: string, builder: OnnxBuilder): RowCodes {
  const size = builder.node('Abs', [x])[0];
  return emitRows(x, size, { zeroCode: MIDDLE_CODE, numSteps: FULL_CODE }, builder);
}

/** Values from `lowest` on: all 255 steps for what is above it. */
function emitShiftedCodes(x: string, lowest: number, builder: OnnxBuilder): RowCodes {
  const shifted = builder.node('Add', [x, builder.scalar(-lowest)])[0];
  return emitRows(shifted, shifted, { zeroCode: 0, numSteps: LARGEST_UINT8 }, builder);
}

function emitRows(
  x: string,
  size: string,
  { zeroCode, numSteps }: { zeroCode: number; numSteps: number },
  builder: OnnxBuilder,
): RowCodes {
  const largest = builder.node('ReduceMax', [size, builder.integers([1])])[0];
  const exactScale = builder.node('Mul', [largest, builder.scalar(1 / numSteps)])[0];
  const column = builder.node('Max', [exactScale, builder.scalar(SMALLEST_SCALE)])[0];
  const scale = builder.node('Reshape', [column, builder.integers([-1])])[0];
  const zero = builder.constant([zeroCode], [], 'uint8');
  const zeros = builder.node('Expand', [zero, builder.node('Shape', [scale])[0]])[0];
  const codes = builder.node('QuantizeLinear', [x, scale, zeros], { axis: int(0) })[0];
  return { codes, zero, scale: column };
}
