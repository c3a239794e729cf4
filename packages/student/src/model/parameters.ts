// The numbers of a student: their names, shapes and first values, and the layout of the first layer's input.
import { NUM_FIXED_MATCH_FEATURES } from '../features/match-layout.js';
import type { BlockDefinition, StudentDefinition } from './definition.js';

/** Parameters by name: `block.<name>.embedding` [V, D], `layer.<i>.weight` [C, O], `layer.<i>.bias` [O]. */
export type Parameters = Record<string, Float32Array>;

/** Name of a block's table. */
export function embeddingName(blockName: string): string {
  return `block.${blockName}.embedding`;
}

/** Numbers in a row of the first layer's input: the blocks' vectors in order, then the products in order. */
export function inputSize(definition: StudentDefinition): number {
  return (definition.blocks.length + definition.products.length) * definition.embeddingSize;
}

/** Where in that row the vector of a block begins. */
export function blockStart(definition: StudentDefinition, blockName: string): number {
  const index = definition.blocks.findIndex((block) => block.name === blockName);
  return index * definition.embeddingSize;
}

/** Where in that row the i-th product begins. */
export function productStart(definition: StudentDefinition, productIndex: number): number {
  return (definition.blocks.length + productIndex) * definition.embeddingSize;
}

/** Inputs and outputs of each layer, first to last: [C, O] pairs. */
export function layerSizes(definition: StudentDefinition): [number, number][] {
  const sizes = [inputSize(definition), ...definition.hiddenLayers, definition.numOutputs];
  return sizes.slice(1).map((outputs, layer) => [sizes[layer], outputs]);
}

/** Shape of every parameter, by name, in the order of the definition. */
export function parameterShapes(definition: StudentDefinition): Record<string, number[]> {
  const shapes: Record<string, number[]> = {};
  for (const block of definition.blocks) {
    shapes[embeddingName(block.name)] = [block.size, definition.embeddingSize];
  }
  layerSizes(definition).forEach(([inputs, outputs], layer) => {
    shapes[`layer.${layer}.weight`] = [inputs, outputs];
    shapes[`layer.${layer}.bias`] = [outputs];
  });
  return shapes;
}

/**
 * First values of every parameter, uniform with a variance by fan-in: tables 1 / D, layers before a ReLU 2 / C
 * (He et al. 2015), the last layer 1 / C, biases 0. Rows of words in `cross` and `match` blocks start at 0, so that
 * one which training never met says nothing instead of something random.
 * @param random draws from [0, 1).
 */
export function initializeParameters(
  definition: StudentDefinition,
  random: () => number,
): Parameters {
  const parameters: Parameters = {};
  for (const block of definition.blocks) {
    const { embeddingSize } = definition;
    const table = new Float32Array(block.size * embeddingSize);
    fillUniform(table.subarray(0, numRandomRows(block) * embeddingSize), 1 / embeddingSize, random);
    parameters[embeddingName(block.name)] = table;
  }
  layerSizes(definition).forEach(([inputs, outputs], layer) => {
    const weight = new Float32Array(inputs * outputs);
    const gain = layer < definition.hiddenLayers.length ? 2 : 1;
    fillUniform(weight, gain / inputs, random);
    parameters[`layer.${layer}.weight`] = weight;
    parameters[`layer.${layer}.bias`] = new Float32Array(outputs);
  });
  return parameters;
}

function numRandomRows(block: BlockDefinition): number {
  if (block.kind === 'cross') return 0;
  return block.kind === 'match' ? NUM_FIXED_MATCH_FEATURES : block.size;
}

function fillUniform(values: Float32Array, variance: number, random: () => number): void {
  const limit = Math.sqrt(3 * variance);
  for (let index = 0; index < values.length; index++) values[index] = (random() * 2 - 1) * limit;
}
