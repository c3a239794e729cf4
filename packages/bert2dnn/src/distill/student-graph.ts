// The dense part of a student as an autodiff graph: block vectors -> products -> layers -> logits -> loss.
// The tables are not in it: embedding bags run beside the graph, on rows instead of whole tables.
import { concat, dropout, Graph, linear, mul, relu, type Tensor } from '@bert2dnn/autodiff';
import { layerSizes, type StudentDefinition } from '@bert2dnn/student';
import type { HeadParts } from './head-parts.js';
import { buildLoss, type LossOptions } from './student-loss.js';
import { buildTowers } from './tower-graph.js';

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

/** What a graph is built for. Rates of dropout are in [0, 1) and rounded to multiples of 1/256; default 0. */
export interface StudentGraphOptions extends LossOptions {
  /** Of the outputs of every hidden layer. */
  dropout?: number;
  /** Of the numbers of every block's vector, before products. */
  inputDropout?: number;
  /** For batches of few rows, see `linear` of autodiff; slower. Default `false`. */
  fewRows?: boolean;
}

/** Name of the input that takes a block's vectors. */
export function vectorName(blockName: string): string {
  return `vector.${blockName}`;
}

/** Builds the graph. Inputs beside the vectors are those of `buildLoss`. Outside training dropout does nothing. */
export function buildStudentGraph(
  definition: StudentDefinition,
  options: StudentGraphOptions,
): StudentGraph {
  const { inputDropout: inputRate = 0, dropout: rate = 0, fewRows = false } = options;
  const graph = new Graph();
  const vectors = definition.blocks.map((block) =>
    graph.input(vectorName(block.name), ['B', definition.embeddingSize]),
  );
  const kept = vectors.map((vector) => dropout(vector, { rate: inputRate, name: vector.name }));
  const parameters: Tensor[] = [];
  const hidden = (x: Tensor, name: string): Tensor => dropout(relu(x), { rate, name });
  const parts: HeadParts = { graph, definition, parameters, hidden, fewRows };
  const logits =
    definition.head === 'towers'
      ? buildTowers(parts, kept)
      : buildLayers(parts, joinVectors(definition, kept));
  return { vectors, parameters, logits, loss: buildLoss(graph, logits, options) };
}

function joinVectors(definition: StudentDefinition, vectors: readonly Tensor[]): Tensor {
  const vectorOf = (blockName: string): Tensor =>
    vectors[definition.blocks.findIndex((block) => block.name === blockName)];
  const products = definition.products.map(([left, right]) => mul(vectorOf(left), vectorOf(right)));
  const parts = [...vectors, ...products];
  return parts.length === 1 ? parts[0] : concat(parts, 1);
}

function buildLayers(parts: HeadParts, input: Tensor): Tensor {
  const { graph, definition, parameters, hidden, fewRows } = parts;
  let x = input;
  layerSizes(definition).forEach(([inputs, outputs], layer) => {
    const weight = graph.parameter(`layer.${layer}.weight`, [inputs, outputs]);
    const bias = graph.parameter(`layer.${layer}.bias`, [outputs]);
    parameters.push(weight, bias);
    x = linear(x, weight, bias, { fewRows });
    if (layer < definition.hiddenLayers.length) x = hidden(x, `layer.${layer}`);
  });
  return x;
}
