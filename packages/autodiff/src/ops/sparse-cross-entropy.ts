// Cross-entropy of many classes against one class index a row. Equal to softmaxCrossEntropy with one-hot labels, without
// a matrix of labels, which for a vocabulary of 30,000 would be most of what a step reads.
import { AutodiffError } from '../errors.js';
import { formatShape } from '../graph/shape.js';
import { applyOperation, type Operation, requireDataType, type Tensor } from '../graph/tensor.js';
import { int, text } from '../onnx/builder.js';
import { type Values, zeros } from '../reference/values.js';
import { neg } from './arithmetic.js';
import { reduceMean } from './reduce.js';
import { logSoftmax } from './softmax.js';

/** picked [M] = logProbabilities [M, V] at labels [M]; the logits are there for the gradient, which goes to them. */
const pickOperation: Operation = {
  type: 'pickLogProbability',
  infer: ([logits, , labels]) => {
    requireDataType(logits, ['float32'], 'sparseCrossEntropy');
    requireDataType(labels, ['int32', 'int64'], 'sparseCrossEntropy');
    if (
      logits.shape.length !== 2 ||
      labels.shape.length !== 1 ||
      labels.shape[0] !== logits.shape[0]
    ) {
      throw new AutodiffError(
        'SHAPE_MISMATCH',
        `sparseCrossEntropy: '${logits.name}' is ${formatShape(logits.shape)} and '${labels.name}' ${formatShape(labels.shape)}, expected [M, V] and [M]`,
      );
    }
    return [{ shape: labels.shape, dtype: 'float32' }];
  },
  evaluate: ([, logProbabilities, labels]) => [pickColumns(logProbabilities, labels)],
  emit: ([, logProbabilities, labels], _, { builder }) => {
    const [column] = builder.node('Unsqueeze', [labels, builder.integers([1])]);
    const [picked] = builder.node('GatherElements', [logProbabilities, column], { axis: int(1) });
    return builder.node('Squeeze', [picked, builder.integers([1])]);
  },
  gradient: (d, { inputs: [, logProbabilities, labels] }) => [
    applyOperation(pickBackwardOperation, [d, logProbabilities, labels], undefined)[0],
    undefined,
    undefined,
  ],
};

/** dLogits [M, V] = d [M] * (1 at the label - probability). */
const pickBackwardOperation: Operation = {
  type: 'pickLogProbabilityBackward',
  infer: ([, logProbabilities]) => [{ shape: logProbabilities.shape, dtype: 'float32' }],
  evaluate: ([d, logProbabilities, labels]) => {
    const [M, V] = logProbabilities.shape;
    const dLogits = zeros([M, V]);
    for (let row = 0; row < M; row++) {
      for (let column = 0; column < V; column++) {
        const hot = labels.data[row] === column ? 1 : 0;
        const probability = Math.exp(logProbabilities.data[row * V + column]);
        dLogits.data[row * V + column] = d.data[row] * (hot - probability);
      }
    }
    return [dLogits];
  },
  // exp(l) * -d first, then d added at the labels: two passes over [M, V] and no matrix of labels.
  emit: ([d, logProbabilities, labels], _, { builder }) => {
    const axis = builder.integers([1]);
    const [column] = builder.node('Unsqueeze', [labels, axis]);
    const [dColumn] = builder.node('Unsqueeze', [d, axis]);
    const [probabilities] = builder.node('Exp', [logProbabilities]);
    const [scaled] = builder.node('Mul', [probabilities, builder.node('Neg', [dColumn])[0]]);
    return builder.node('ScatterElements', [scaled, column, dColumn], {
      axis: int(1),
      reduction: text('add'),
    });
  },
};

/**
 * Cross-entropy in nats of logits [M, V] against class indices [M] (int32 or int64), mean over rows.
 * Indices must be in 0..V-1, else the run fails with RUN_FAILED. Its gradient has no gradient of its own.
 * @throws AutodiffError SHAPE_MISMATCH, DTYPE_MISMATCH
 */
export function sparseCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  const inputs = [logits, logSoftmax(logits), labels];
  return neg(reduceMean(applyOperation(pickOperation, inputs, undefined)[0]));
}

function pickColumns(table: Values, columns: Values): Values {
  const [M, V] = table.shape;
  const picked = zeros([M]);
  for (let row = 0; row < M; row++) {
    const column = columns.data[row];
    if (!(column >= 0 && column < V)) {
      throw new AutodiffError(
        'RUN_FAILED',
        `sparseCrossEntropy: label ${column} at ${row}, expected 0..${V - 1}`,
      );
    }
    picked.data[row] = table.data[row * V + column];
  }
  return picked;
}
