// How products and gathers read a weight that is written as int8, in standard ONNX operators.
// Gradients and training know no int8.
import type { Int8Reading, Node } from '../graph/tensor.js';
import { int, ints, type OnnxBuilder } from '../onnx/builder.js';
import { FULL_CODE, PRODUCT_CODE } from '../onnx/quantize.js';

/** Names of an int8 weight's codes and scales. */
interface Weight {
  codes: string;
  scales: string;
}

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

/** uint8 code of 0. */
const ZERO_CODE = 128;

/** Takes the place of the scale of a row of zeros, which would divide by 0. */
const SMALLEST_SCALE = 1e-30;

/** Whether the first input is a matrix: each of its rows gets a scale. */
function hasRows(node: Pick<Node, 'inputs'>): boolean {
  return node.inputs[0].shape.length === 2;
}

/**
 * float32 x [M, C] by an int8 weight -> [M, O]. Each row of x gets a scale of its own, so a row's result does not depend
 * on the rows beside it, as it does with one scale for a whole tensor (DynamicQuantizeLinear), which also rounds more
 * coarsely. The product is exact in int32, then scaled back.
 */
function emitProduct(x: string, weight: Weight, transposed: boolean, builder: OnnxBuilder): string {
  const largest = builder.node('ReduceMax', [
    builder.node('Abs', [x])[0],
    builder.integers([1]),
  ])[0];
  const exactScale = builder.node('Mul', [largest, builder.scalar(1 / FULL_CODE)])[0];
  const column = builder.node('Max', [exactScale, builder.scalar(SMALLEST_SCALE)])[0];
  const scale = builder.node('Reshape', [column, builder.integers([-1])])[0];
  const zero = builder.constant([ZERO_CODE], [], 'uint8');
  const zeros = builder.node('Expand', [zero, builder.node('Shape', [scale])[0]])[0];
  const codes = builder.node('QuantizeLinear', [x, scale, zeros], { axis: int(0) })[0];
  const columns = transposed
    ? builder.node('Transpose', [weight.codes], { perm: ints([1, 0]) })[0]
    : weight.codes;
  const sums = builder.node('MatMulInteger', [codes, columns, zero]);
  const scaled = builder.node('Mul', [builder.cast(sums[0], 'float32'), weight.scales]);
  return builder.node('Mul', [scaled[0], column])[0];
}
