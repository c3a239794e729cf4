// From the blocks' vectors to logits and calibrated scores: products and layers, or towers.
import { int, type OnnxBuilder, type OnnxValueInfo } from '@bert2dnn/autodiff';
import {
  layerStacks,
  SCORE_BIAS,
  type StudentDefinition,
  towerBlocks,
  towerWidth,
} from '@bert2dnn/student';
import { concatColumns, type StoredTensors } from './stored-tensors.js';

type LayerStack = ReturnType<typeof layerStacks>[number];

/** Where a head is built. */
export interface HeadParts {
  builder: OnnxBuilder;
  tensors: StoredTensors;
  definition: StudentDefinition;
  /** Vectors [B, D] by block name. */
  vectors: ReadonlyMap<string, string>;
}

/** Name of the output with a field's vector, of a student with towers. */
export function vectorOutputName(field: string): string {
  return `vector_${field}`;
}

/**
 * Writes the outputs and declares them: `logit` [B, O]; `score` [B] of one output, `probabilities` [B, O] of several;
 * with towers a `vector_<field>` [B, E] for each field, too.
 */
export function addHead(parts: HeadParts): OnnxValueInfo[] {
  const { definition } = parts;
  const outputs: OnnxValueInfo[] = [];
  const logit = definition.head === 'towers' ? towerLogit(parts, outputs) : layersLogit(parts);
  outputs.unshift(...addScores(parts, logit));
  return outputs;
}

function addScores({ builder, definition }: HeadParts, logit: string): OnnxValueInfo[] {
  const { numOutputs, calibration } = definition;
  builder.output(logit, 'logit');
  const scaled = builder.node('Mul', [logit, builder.scalar(calibration.temperature)])[0];
  const logits: OnnxValueInfo = { name: 'logit', shape: ['batch', numOutputs], dtype: 'float32' };
  if (numOutputs === 1) {
    const score = builder.node('Sigmoid', [scaled])[0];
    builder.output(builder.node('Squeeze', [score, builder.integers([1])])[0], 'score');
    return [logits, { name: 'score', shape: ['batch'], dtype: 'float32' }];
  }
  builder.output(builder.node('Softmax', [scaled], { axis: int(1) })[0], 'probabilities');
  return [logits, { ...logits, name: 'probabilities' }];
}

function layersLogit(parts: HeadParts): string {
  const { builder, definition, vectors } = parts;
  const { blocks, products } = definition;
  const inputs = blocks.map(({ name }) => vectors.get(name)!);
  for (const [left, right] of products) {
    inputs.push(builder.node('Mul', [vectors.get(left)!, vectors.get(right)!])[0]);
  }
  return addLayers(parts, layerStacks(definition)[0], concatColumns(builder, inputs));
}

function towerLogit(parts: HeadParts, outputs: OnnxValueInfo[]): string {
  const { builder, tensors, definition, vectors } = parts;
  const width = towerWidth(definition);
  const [first, ...others] = layerStacks(definition).map((stack, fieldIndex) => {
    const inputs = towerBlocks(definition, fieldIndex).map(({ name }) => vectors.get(name)!);
    const vector = addLayers(parts, stack, concatColumns(builder, inputs));
    const name = vectorOutputName(definition.fields[fieldIndex]);
    builder.output(vector, name);
    outputs.push({ name, shape: ['batch', width], dtype: 'float32' });
    return vector;
  });
  const sum = others.reduce((left, right) => builder.node('Add', [left, right])[0]);
  const products = builder.node('Mul', [first, sum])[0];
  const dot = builder.node('ReduceSum', [products, builder.integers([1])])[0];
  const scaled = builder.node('Div', [dot, builder.scalar(Math.sqrt(width))])[0];
  return builder.node('Add', [scaled, tensors.whole(SCORE_BIAS)])[0];
}

/** ReLU after each layer but the last; a stack without layers gives its input. */
function addLayers({ builder, tensors }: HeadParts, stack: LayerStack, input: string): string {
  const { prefix, sizes } = stack;
  return sizes.reduce((x, _, layer) => {
    const weight = tensors.whole(`${prefix}.${layer}.weight`);
    const bias = tensors.whole(`${prefix}.${layer}.bias`);
    const out = builder.node('Gemm', [x, weight, bias])[0];
    return layer + 1 < sizes.length ? builder.node('Relu', [out])[0] : out;
  }, input);
}
