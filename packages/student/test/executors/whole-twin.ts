// What executors in whole numbers compute, number by number in plain TypeScript: every rounding to float32 is written
// out. Their results must be these to the bit.
import type { FeatureBuffer } from '../../src/features/feature-buffer.js';
import { combinerScale } from '../../src/kernels/embedding-bag.js';
import type { StudentDefinition } from '../../src/model/definition.js';
import {
  embeddingName,
  type LayerStack,
  layerStacks,
  SCORE_BIAS,
  tableOf,
  towerBlocks,
} from '../../src/model/parameters.js';
import type { Int8Tensor, StoredParameters } from '../../src/model/stored-parameters.js';

const round = Math.fround;

/** Logits [B, numOutputs] of a student in int8. */
export function wholeLogits(
  definition: StudentDefinition,
  parameters: StoredParameters,
  features: FeatureBuffer,
): number[] {
  const logits: number[] = [];
  for (let example = 0; example < features.numExamples; example++) {
    const rows = inputRows(definition, parameters, { features, example });
    const outputs = layerStacks(definition).map((stack, index) =>
      runStack(stack, parameters, rows[index]),
    );
    if (definition.head !== 'towers') logits.push(...outputs[0]);
    else {
      let sum = 0;
      for (const other of outputs.slice(1)) {
        for (let at = 0; at < other.length; at++) sum += outputs[0][at] * other[at];
      }
      const [bias] = parameters[SCORE_BIAS] as Float32Array;
      logits.push(round(sum / Math.sqrt(outputs[0].length) + bias));
    }
  }
  return logits;
}

/** Whole numbers of a row, and the scale that they are multiplied by. */
export function quantizeRow(row: readonly number[], levels: number): [number[], number] {
  const largest = Math.max(...row.map(Math.abs));
  if (largest < round(1e-30)) return [row.map(() => 0), 0];
  const factor = round(levels / largest);
  return [row.map((value) => roundToEven(round(value * factor))), round(largest / levels)];
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/** The input of every stack, of one example. */
function inputRows(
  definition: StudentDefinition,
  parameters: StoredParameters,
  bag: { features: FeatureBuffer; example: number },
): number[][] {
  const { blocks, products, fields, embeddingSize: D } = definition;
  const vectors = blocks.map((block, index) => {
    const { ids, offsets } = bag.features.blocks[index];
    const ownIds = [...ids.subarray(offsets[bag.example], offsets[bag.example + 1])];
    const { values, scales } = parameters[embeddingName(tableOf(block))] as Int8Tensor;
    const factor = round(combinerScale(definition.combiner, ownIds.length));
    return Array.from({ length: D }, (_, column) => {
      let sum = 0;
      for (const id of ownIds) sum = round(sum + round(values[id * D + column] * scales[id]));
      return round(sum * factor);
    });
  });
  const vectorOf = (name: string) => vectors[blocks.findIndex((block) => block.name === name)];
  if (definition.head === 'towers') {
    return fields.map((_, field) =>
      towerBlocks(definition, field).flatMap(({ name }) => vectorOf(name)),
    );
  }
  const multiplied = products.map(([left, right]) =>
    vectorOf(left).map((value, column) => round(value * vectorOf(right)[column])),
  );
  return [[...vectors, ...multiplied].flat()];
}

function runStack(
  { prefix, sizes }: LayerStack,
  parameters: StoredParameters,
  input: number[],
): number[] {
  let row = input;
  sizes.forEach(([, O], layer) => {
    const { values, scales } = parameters[`${prefix}.${layer}.weight`] as Int8Tensor;
    const bias = parameters[`${prefix}.${layer}.bias`] as Float32Array;
    const [whole, rowScale] = quantizeRow(row, layer === 0 ? 63 : 127);
    row = Array.from({ length: O }, (_, output) => {
      let sum = 0;
      whole.forEach((value, channel) => {
        sum += value * values[channel * O + output];
      });
      const scale = round(scales[output] * rowScale);
      const value = round(round(round(sum) * scale) + bias[output]);
      return layer + 1 < sizes.length ? Math.max(value, 0) : value;
    });
  });
  return row;
}

/**
 * How far the logits of the head `layers` may be off those of the same weights with exact activations: half a step of
 * each row at most is added to what came in, and goes through the weights' magnitudes.
 */
export function errorBounds(
  definition: StudentDefinition,
  parameters: StoredParameters,
  features: FeatureBuffer,
): number[] {
  const bounds: number[] = [];
  const [{ prefix, sizes }] = layerStacks(definition);
  for (let example = 0; example < features.numExamples; example++) {
    let [row] = inputRows(definition, parameters, { features, example });
    let errors = row.map(() => 0);
    sizes.forEach(([, O], layer) => {
      const { values, scales } = parameters[`${prefix}.${layer}.weight`] as Int8Tensor;
      const bias = parameters[`${prefix}.${layer}.bias`] as Float32Array;
      const largest = Math.max(...row.map(Math.abs)) + Math.max(...errors);
      const halfStep = largest / (layer === 0 ? 63 : 127) / 2;
      const weightOf = (channel: number, output: number) =>
        values[channel * O + output] * scales[output];
      const outputs = Array.from({ length: O }, (_, output) => {
        let [value, error] = [bias[output], 0];
        row.forEach((input, channel) => {
          value += input * weightOf(channel, output);
          error += Math.abs(weightOf(channel, output)) * (errors[channel] + halfStep);
        });
        return { value: layer + 1 < sizes.length ? Math.max(value, 0) : value, error };
      });
      row = outputs.map(({ value }) => value);
      errors = outputs.map(({ error }) => error);
    });
    bounds.push(...errors);
  }
  return bounds;
}
