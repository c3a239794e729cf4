// The dense part of a student as an autodiff graph: block vectors -> products -> layers -> logits -> loss.
// The tables are not in it: embedding bags run beside the graph, on rows instead of whole tables.
import {
  add,
  concat,
  Graph,
  linear,
  meanSquaredError,
  mul,
  reduceMean,
  relu,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  softplus,
  sub,
  type Tensor,
} from '@bert2dnn/autodiff';
import { layerSizes, type StudentDefinition } from '@bert2dnn/student';
import { buildTowers } from './tower-graph.js';

/** Losses that a student can be trained on. */
export const LOSSES = ['soft-cross-entropy', 'margin-mse'] as const;

/**
 * `soft-cross-entropy`: sigmoid (softmax for classes) cross-entropy against the soft label.
 * `margin-mse`: squared difference of the student's logit and margin / T; one output only.
 */
export type Loss = (typeof LOSSES)[number];

/** A student's graph and the tensors that a training needs of it. */
export interface StudentGraph {
  /** Vectors of the blocks in order, inputs `vector.<name>` [B, D]. */
  vectors: Tensor[];
  /** All but the tables, by their names in `parameterShapes`. */
  parameters: Tensor[];
  /** [B, numOutputs] */
  logits: Tensor;
  /** Scalar, the mean over the batch. */
  loss: Tensor;
}

/** Name of the input that takes a block's vectors. */
export function vectorName(blockName: string): string {
  return `vector.${blockName}`;
}

/**
 * Builds the graph. Inputs beside the vectors: `targets` [B, numOutputs] (soft labels, or logits for `margin-mse`); with
 * `margin-mse` and hard labels also `hardLabels` and `hardShares` [B, 1], the share of the hard loss row by row.
 */
export function buildStudentGraph(
  definition: StudentDefinition,
  loss: Loss,
  hasHardLabels: boolean,
): StudentGraph {
  const graph = new Graph();
  const vectors = definition.blocks.map((block) =>
    graph.input(vectorName(block.name), ['B', definition.embeddingSize]),
  );
  const parameters: Tensor[] = [];
  const logits =
    definition.head === 'towers'
      ? buildTowers(graph, definition, vectors, parameters)
      : buildLayers(graph, definition, joinVectors(definition, vectors), parameters);
  const targets = graph.input('targets', ['B', definition.numOutputs]);
  return {
    vectors,
    parameters,
    logits,
    loss: buildLoss(graph, { logits, targets, loss, hasHardLabels }),
  };
}

function joinVectors(definition: StudentDefinition, vectors: readonly Tensor[]): Tensor {
  const vectorOf = (blockName: string): Tensor =>
    vectors[definition.blocks.findIndex((block) => block.name === blockName)];
  const products = definition.products.map(([left, right]) => mul(vectorOf(left), vectorOf(right)));
  const parts = [...vectors, ...products];
  return parts.length === 1 ? parts[0] : concat(parts, 1);
}

function buildLayers(
  graph: Graph,
  definition: StudentDefinition,
  input: Tensor,
  parameters: Tensor[],
): Tensor {
  let x = input;
  layerSizes(definition).forEach(([inputs, outputs], layer) => {
    const weight = graph.parameter(`layer.${layer}.weight`, [inputs, outputs]);
    const bias = graph.parameter(`layer.${layer}.bias`, [outputs]);
    parameters.push(weight, bias);
    x = linear(x, weight, bias);
    if (layer < definition.hiddenLayers.length) x = relu(x);
  });
  return x;
}

interface LossParts {
  logits: Tensor;
  targets: Tensor;
  loss: Loss;
  hasHardLabels: boolean;
}

function buildLoss(graph: Graph, { logits, targets, loss, hasHardLabels }: LossParts): Tensor {
  if (loss === 'soft-cross-entropy') {
    // Cross-entropy is linear in the target: hard labels are mixed into the soft ones before they are fed.
    return logits.shape[1] === 1
      ? sigmoidCrossEntropy(logits, targets)
      : softmaxCrossEntropy(logits, targets);
  }
  if (!hasHardLabels) return meanSquaredError(logits, targets);
  const hardLabels = graph.input('hardLabels', ['B', 1]);
  const hardShares = graph.input('hardShares', ['B', 1]);
  const difference = sub(logits, targets);
  const softLoss = mul(sub(graph.constant(1), hardShares), mul(difference, difference));
  const crossEntropy = sub(softplus(logits), mul(logits, hardLabels));
  return reduceMean(add(softLoss, mul(hardShares, crossEntropy)));
}
