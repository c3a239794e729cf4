// Matrix products: batched, with transposes and a scale that cost nothing, and the linear layer.
// Every gradient is again one product, so training runs at the speed of the library's GEMM.
import { AutodiffError } from '../errors.js';
import type { Dim } from '../graph/dimension.js';
import { broadcastShapes, formatShape } from '../graph/shape.js';
import { applyOperation, type Operation, requireDataType, type Tensor } from '../graph/tensor.js';
import { float, int, ints, type OnnxBuilder } from '../onnx/builder.js';
import type { OnnxAttribute } from '../onnx/model.js';
import {
  broadcastOffsets,
  broadcastSizes,
  stridesOf,
  type Values,
  zeros,
} from '../reference/values.js';
import { int8Linear, int8Matmul } from './int8.js';
import { reshape, transpose } from './reshape.js';
import { reduceSum, reduceTo } from './sum.js';

/** Options of `matmul`. */
export interface MatmulOptions {
  /** Swap the last two axes of `a` first. Default: false. */
  transposeA?: boolean;
  /** Swap the last two axes of `b` first. Default: false. */
  transposeB?: boolean;
  /** Factor of the product. Default: 1. */
  scale?: number;
}

type MatmulAttributes = Required<MatmulOptions>;

const matmulOperation: Operation<MatmulAttributes> = {
  type: 'matmul',
  infer: ([a, b], attributes) => [{ shape: inferProduct(a, b, attributes), dtype: 'float32' }],
  evaluate: ([a, b], attributes) => [multiplyMatrices(a, b, attributes)],
  emit: ([a, b], attributes, { builder, node }) => {
    const { transposeA, transposeB, scale } = attributes;
    if (!transposeA && !transposeB && scale === 1) return builder.node('MatMul', [a, b]);
    if (builder.portable) {
      return emitPortable(
        [a, b],
        attributes,
        node.inputs.map((x) => x.shape.length),
        builder,
      );
    }
    const product = builder.runtimeNode('FusedMatMul', [a, b], {
      transA: int(transposeA ? 1 : 0),
      transB: int(transposeB ? 1 : 0),
      alpha: float(scale),
    });
    return [product];
  },
  int8: int8Matmul,
  gradient: (d, { inputs: [a, b], attributes }) => matmulGradient(d, a, b, attributes),
};

/**
 * The product over the last two axes: `[..., M, K] x [..., K, N] -> [..., M, N]`, times `scale`.
 * Leading axes broadcast; a 2-D `b` serves every batch of `a`.
 * @throws AutodiffError SHAPE_MISMATCH, DTYPE_MISMATCH
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  const { transposeA = false, transposeB = false, scale = 1 } = options;
  return applyOperation(matmulOperation, [a, b], { transposeA, transposeB, scale })[0];
}

function inferProduct(a: Tensor, b: Tensor, attributes: MatmulAttributes): Dim[] {
  requireDataType(a, ['float32'], 'matmul');
  requireDataType(b, ['float32'], 'matmul');
  const place = `matmul of '${a.name}' and '${b.name}'`;
  if (a.shape.length < 2 || b.shape.length < 2) {
    throw new AutodiffError(
      'SHAPE_MISMATCH',
      `${place}: got ${formatShape(a.shape)} and ${formatShape(b.shape)}, expected two axes or more`,
    );
  }
  const [rows, innerA] = lastTwo(a.shape, attributes.transposeA);
  const [innerB, columns] = lastTwo(b.shape, attributes.transposeB);
  if (innerA !== innerB) {
    throw new AutodiffError(
      'SHAPE_MISMATCH',
      `${place}: inner sizes ${innerA} and ${innerB} of ${formatShape(a.shape)} and ${formatShape(b.shape)} differ`,
    );
  }
  return [...broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), place), rows, columns];
}

function lastTwo<D extends Dim>(shape: readonly D[], transposed: boolean): [D, D] {
  const [first, second] = shape.slice(-2);
  return transposed ? [second, first] : [first, second];
}

/** out [..., M, N] += a [..., M, K] b [..., K, N] scale, read through strides. */
function multiplyMatrices(a: Values, b: Values, attributes: MatmulAttributes): Values {
  const { transposeA, transposeB, scale } = attributes;
  const [M, K] = lastTwo(a.shape, transposeA);
  const [, N] = lastTwo(b.shape, transposeB);
  const batches = broadcastSizes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const out = zeros([...batches, M, N]);
  const [aRow, aInner] = lastTwo(stridesOf(a.shape), transposeA);
  const [bInner, bColumn] = lastTwo(stridesOf(b.shape), transposeB);
  const aBatches = broadcastOffsets(a.shape.slice(0, -2), batches);
  const bBatches = broadcastOffsets(b.shape.slice(0, -2), batches);
  for (let batch = 0; batch < aBatches.length; batch++) {
    const aStart = aBatches[batch] * M * K;
    const bStart = bBatches[batch] * K * N;
    for (let row = 0; row < M; row++) {
      for (let column = 0; column < N; column++) {
        let sum = 0;
        for (let inner = 0; inner < K; inner++) {
          sum +=
            a.data[aStart + row * aRow + inner * aInner] *
            b.data[bStart + inner * bInner + column * bColumn];
        }
        out.data[(batch * M + row) * N + column] = sum * scale;
      }
    }
  }
  return out;
}

function emitPortable(
  [a, b]: readonly string[],
  { transposeA, transposeB, scale }: MatmulAttributes,
  [rankA, rankB]: readonly number[],
  builder: OnnxBuilder,
): string[] {
  const swap = (value: string, rank: number) => {
    const axes = Array.from({ length: rank }, (_, axis) => axis);
    const perm = ints([...axes.slice(0, -2), rank - 1, rank - 2]);
    return builder.node('Transpose', [value], { perm })[0];
  };
  const left = transposeA ? swap(a, rankA) : a;
  const right = transposeB ? swap(b, rankB) : b;
  const product = builder.node('MatMul', [left, right]);
  return scale === 1 ? product : builder.node('Mul', [product[0], builder.scalar(scale)]);
}

function matmulGradient(
  d: Tensor,
  a: Tensor,
  b: Tensor,
  { transposeA, transposeB, scale }: MatmulAttributes,
): [Tensor, Tensor] {
  const dA = transposeA
    ? matmul(b, d, { transposeA: transposeB, transposeB: true, scale })
    : matmul(d, b, { transposeB: !transposeB, scale });
  // One matrix for all batches: its gradient is a single product over all rows, not a sum of many.
  const isShared = b.shape.length === 2 && a.shape.length > 2 && !transposeA;
  const left = isShared ? flattenRows(a) : a;
  const right = isShared ? flattenRows(d) : d;
  const dB = transposeB
    ? matmul(right, left, { transposeA: true, transposeB: transposeA, scale })
    : matmul(left, right, { transposeA: !transposeA, scale });
  return [reduceTo(dA, a.shape), reduceTo(dB, b.shape)];
}

function flattenRows(x: Tensor): Tensor {
  return reshape(x, [-1, x.shape[x.shape.length - 1]]);
}

/** Options of `linear`. */
export interface LinearOptions {
  /** The weight is `[O, C]`, as PyTorch stores it, instead of `[C, O]`. Default: false. */
  transposeWeight?: boolean;
  /**
   * There are fewer rows than outputs, as behind the first token of each text: gives the same bits for any number of
   * threads, see `emitFewRows`. Costs a copy of `x`. Default: false.
   */
  fewRows?: boolean;
}

type LinearAttributes = Required<LinearOptions>;

const linearOperation: Operation<LinearAttributes> = {
  type: 'linear',
  infer: ([x, weight, bias], { transposeWeight }) => {
    const attributes = { transposeA: false, transposeB: transposeWeight, scale: 1 };
    const shape = inferProduct(x, weight, attributes);
    requireDataType(bias, ['float32'], 'linear');
    if (bias.shape.length !== 1 || bias.shape[0] !== shape[1]) {
      throw new AutodiffError(
        'SHAPE_MISMATCH',
        `linear: bias '${bias.name}' is ${formatShape(bias.shape)}, expected [${shape[1]}]`,
      );
    }
    return [{ shape, dtype: 'float32' }];
  },
  evaluate: ([x, weight, bias], { transposeWeight }) => {
    const attributes = { transposeA: false, transposeB: transposeWeight, scale: 1 };
    const out = multiplyMatrices(x, weight, attributes);
    const O = bias.data.length;
    out.data.forEach((value, index) => {
      out.data[index] = value + bias.data[index % O];
    });
    return [out];
  },
  emit: ([x, weight, bias], { transposeWeight, fewRows }, { builder }) => {
    const transB = int(transposeWeight ? 1 : 0);
    // A weight inside the model is laid out when it is loaded, in blocks that do not depend on the threads.
    if (fewRows && !builder.isConstant(weight))
      return emitFewRows([x, weight, bias], transB, builder);
    return builder.node('Gemm', [x, weight, bias], { transB });
  },
  int8: int8Linear,
  gradient: (d, { inputs: [x, weight], attributes: { transposeWeight, fewRows } }) => {
    const attributes = { transposeA: false, transposeB: transposeWeight, scale: 1 };
    const [dX, dWeight] = matmulGradient(d, x, weight, attributes);
    const dBias = reduceSum(d, { axes: [0] });
    return [fewRows ? fewRowsGradient(d, weight, transposeWeight) : dX, dWeight, dBias];
  },
};

/**
 * QUIRK: ONNX Runtime (MLAS) splits a product with fewer rows than columns by columns, one share a thread, and sums over
 * C in blocks that are longer where a share has at most 64 columns: the last bits then depend on the number of threads.
 * A product whose first side is stored transposed always has the same blocks. The detour over three axes keeps the
 * optimizer from taking the two transpositions as one that it can leave out.
 * Source: onnxruntime/core/mlas/lib/sgemm.cpp, MlasSgemmOperation and MlasGemmBatch.
 */
function emitFewRows(
  [x, weight, bias]: readonly string[],
  transB: OnnxAttribute,
  builder: OnnxBuilder,
): string[] {
  const apart = builder.node('Reshape', [x, builder.integers([0, 1, -1])]);
  const turned = builder.node('Transpose', apart, { perm: ints([2, 1, 0]) });
  const columns = builder.node('Reshape', [turned[0], builder.integers([0, -1])]);
  return builder.node('Gemm', [columns[0], weight, bias], { transA: int(1), transB });
}

/** The gradient of x [rows, C], made as its transpose so that the weight is the first side. */
function fewRowsGradient(d: Tensor, weight: Tensor, transposeWeight: boolean): Tensor {
  return transpose(matmul(weight, d, { transposeA: transposeWeight, transposeB: true }));
}

/**
 * `x W + b` over the last axis: x [..., C], weight [C, O], bias [O] -> [..., O].
 * @throws AutodiffError SHAPE_MISMATCH, DTYPE_MISMATCH
 */
export function linear(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: LinearOptions = {},
): Tensor {
  const { transposeWeight = false, fewRows = false } = options;
  // Two axes let the library add the bias inside the product; the reshapes move no data.
  const rows = flattenRows(x);
  const out =
    bias === undefined
      ? matmul(rows, weight, { transposeB: transposeWeight })
      : applyOperation(linearOperation, [rows, weight, bias], { transposeWeight, fewRows })[0];
  return reshape(out, [...x.shape.slice(0, -1), out.shape[1]]);
}
