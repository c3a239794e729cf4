// The numbers of a student: their names, shapes and first values, and the layout of the first layer's input.
import { numFixedMatchRows } from '../features/match-rows.js';
import type { BlockDefinition, StudentDefinition } from './definition.js';

/**
 * Parameters by name: `block.<name>.embedding` [V, D], `layer.<i>.weight` [C, O], `layer.<i>.bias` [O]; with towers
 * `tower.<field>.layer.<i>.weight` and `.bias`, fields by index, and `score.bias` [1].
 */
export type Parameters = Record<string, Float32Array>;

/** Name of the table of a block, or of the block whose table it shares. */
export function embeddingName(blockName: string): string {
  return `block.${blockName}.embedding`;
}

/** Whether a parameter is a table [V, D]. */
export function isTableName(parameterName: string): boolean {
  return parameterName.endsWith('.embedding');
}

/** Whether a parameter is the weight [C, O] of a layer. */
export function isWeightName(parameterName: string): boolean {
  return parameterName.endsWith('.weight');
}

/** Name of the block whose table this one uses: its own, unless it shares another's. */
export function tableOf(block: BlockDefinition): string {
  return ('table' in block ? block.table : undefined) ?? block.name;
}

/** The blocks that have a table of their own, in order. */
export function tableBlocks({ blocks }: Pick<StudentDefinition, 'blocks'>): BlockDefinition[] {
  return blocks.filter((block) => tableOf(block) === block.name);
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

/** Name of the one number beside the layers that a student with towers has. */
export const SCORE_BIAS = 'score.bias';

/** Layers that follow each other. */
export interface LayerStack {
  /** Parameters are `<prefix>.<i>.weight` and `<prefix>.<i>.bias`. */
  prefix: string;
  /** Inputs and outputs of each layer: [C, O] pairs. */
  sizes: [number, number][];
}

/** Blocks of a field, whose vectors in order are the input of its tower. */
export function towerBlocks(
  { fields, blocks }: StudentDefinition,
  fieldIndex: number,
): BlockDefinition[] {
  return blocks.filter((block) => block.fields[0] === fields[fieldIndex]);
}

/** Every stack of layers of a student: one, or one for each field's tower. */
export function layerStacks(definition: StudentDefinition): LayerStack[] {
  if (definition.head !== 'towers') return [{ prefix: 'layer', sizes: layerSizes(definition) }];
  return definition.fields.map((_, fieldIndex) => {
    const numBlocks = towerBlocks(definition, fieldIndex).length;
    const sizes = [numBlocks * definition.embeddingSize, ...definition.hiddenLayers];
    return {
      prefix: `tower.${fieldIndex}.layer`,
      sizes: sizes.slice(1).map((outputs, layer) => [sizes[layer], outputs]),
    };
  });
}

/** Shape of every parameter, by name, in the order of the definition. */
export function parameterShapes(definition: StudentDefinition): Record<string, number[]> {
  const shapes: Record<string, number[]> = {};
  for (const block of tableBlocks(definition)) {
    shapes[embeddingName(block.name)] = [block.size, definition.embeddingSize];
  }
  for (const { prefix, sizes } of layerStacks(definition)) {
    sizes.forEach(([inputs, outputs], layer) => {
      shapes[`${prefix}.${layer}.weight`] = [inputs, outputs];
      shapes[`${prefix}.${layer}.bias`] = [outputs];
    });
  }
  if (definition.head === 'towers') shapes[SCORE_BIAS] = [1];
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
  for (const block of tableBlocks(definition)) {
    const { embeddingSize } = definition;
    const table = new Float32Array(block.size * embeddingSize);
    fillUniform(table.subarray(0, numRandomRows(block) * embeddingSize), 1 / embeddingSize, random);
    parameters[embeddingName(block.name)] = table;
  }
  for (const { prefix, sizes } of layerStacks(definition)) {
    sizes.forEach(([inputs, outputs], layer) => {
      const weight = new Float32Array(inputs * outputs);
      const gain = layer + 1 < sizes.length ? 2 : 1;
      fillUniform(weight, gain / inputs, random);
      parameters[`${prefix}.${layer}.weight`] = weight;
      parameters[`${prefix}.${layer}.bias`] = new Float32Array(outputs);
    });
  }
  if (definition.head === 'towers') parameters[SCORE_BIAS] = new Float32Array(1);
  return parameters;
}

function numRandomRows(block: BlockDefinition): number {
  if (block.kind === 'cross') return 0;
  return block.kind === 'match' ? numFixedMatchRows(block) : block.size;
}

function fillUniform(values: Float32Array, variance: number, random: () => number): void {
  const limit = Math.sqrt(3 * variance);
  for (let index = 0; index < values.length; index++) values[index] = (random() * 2 - 1) * limit;
}
