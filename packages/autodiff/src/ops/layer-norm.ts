// Layer normalisation over the last axis. The forward pass also returns mean and inverse deviation,
// which the gradient uses instead of computing them again.
import { AutodiffError } from '../errors.js';
import { formatShape } from '../graph/shape.js';
import {
  applyOperation,
  type Node,
  type Operation,
  requireDataType,
  type Tensor,
} from '../graph/tensor.js';
import { float, int } from '../onnx/builder.js';
import { type Values, zeros } from '../reference/values.js';
import { mul, sub } from './arithmetic.js';
import { reduceMean } from './reduce.js';
import { reduceTo } from './sum.js';

/** Options of `layerNorm`. */
export interface LayerNormOptions {
  /** Added to the variance. Default: 1e-12, as BERT. */
  epsilon?: number;
}

type LayerNormAttributes = Required<LayerNormOptions>;

const layerNormOperation: Operation<LayerNormAttributes> = {
  type: 'layerNorm',
  infer: ([x, gamma, beta]) => {
    for (const tensor of [x, gamma, beta]) requireDataType(tensor, ['float32'], 'layerNorm');
    const size = x.shape[x.shape.length - 1];
    for (const parameter of [gamma, beta]) {
      if (parameter.shape.length === 1 && parameter.shape[0] === size) continue;
      throw new AutodiffError(
        'SHAPE_MISMATCH',
        `layerNorm: '${parameter.name}' is ${formatShape(parameter.shape)}, expected [${size}]`,
      );
    }
    const statistics = { shape: [...x.shape.slice(0, -1), 1], dtype: 'float32' as const };
    return [{ shape: x.shape, dtype: 'float32' }, statistics, statistics];
  },
  evaluate: ([x, gamma, beta], { epsilon }) => normalizeRows(x, gamma, beta, epsilon),
  emit: ([x, gamma, beta], { epsilon }, { builder, node, isUsed }) => {
    // Without the statistics ONNX Runtime can fuse the operator with its neighbours.
    const numOutputs = node.outputs.slice(1).some(isUsed) ? 3 : 1;
    const attributes = { axis: int(-1), epsilon: float(epsilon) };
    return builder.node('LayerNormalization', [x, gamma, beta], attributes, numOutputs);
  },
  gradient: layerNormGradient,
};

/**
 * `(x - mean) / sqrt(variance + epsilon) * gamma + beta` over the last axis; gamma, beta [C].
 * @throws AutodiffError SHAPE_MISMATCH, DTYPE_MISMATCH
 */
export function layerNorm(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  options: LayerNormOptions = {},
): Tensor {
  const { epsilon = 1e-12 } = options;
  return applyOperation(layerNormOperation, [x, gamma, beta], { epsilon })[0];
}

/** out, mean [..., 1], invStd [..., 1] from x [..., C], gamma [C], beta [C]. */
function normalizeRows(x: Values, gamma: Values, beta: Values, epsilon: number): Values[] {
  const C = gamma.data.length;
  const statisticsShape = [...x.shape.slice(0, -1), 1];
  const [out, mean, invStd] = [zeros(x.shape), zeros(statisticsShape), zeros(statisticsShape)];
  for (let row = 0; row < mean.data.length; row++) {
    const values = x.data.subarray(row * C, (row + 1) * C);
    const average = values.reduce((sum, value) => sum + value, 0) / C;
    const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / C;
    mean.data[row] = average;
    invStd.data[row] = 1 / Math.sqrt(variance + epsilon);
    values.forEach((value, column) => {
      const normalized = (value - average) * invStd.data[row];
      out.data[row * C + column] = normalized * gamma.data[column] + beta.data[column];
    });
  }
  return [out, mean, invStd];
}

/** Source: Ba, Kiros, Hinton, Layer Normalization, 2016; derivative of equation (3). */
function layerNormGradient(d: Tensor, node: Node<LayerNormAttributes>): Tensor[] {
  const [x, gamma, beta] = node.inputs;
  const [, mean, invStd] = node.outputs;
  const normalized = mul(sub(x, mean), invStd);
  const dNormalized = mul(d, gamma);
  const perRow = { axes: [-1], keepDims: true };
  const projection = mul(normalized, reduceMean(mul(dNormalized, normalized), perRow));
  const centred = sub(sub(dNormalized, reduceMean(dNormalized, perRow)), projection);
  return [mul(centred, invStd), reduceTo(mul(d, normalized), gamma.shape), reduceTo(d, beta.shape)];
}
