// The learnt tensors of an encoder with head: their places, shapes and first values. Knows no file.
import { createRandom, type Random } from '../foundation/random.js';
import type { EncoderConfig } from './config.js';

/** Values of learnt tensors by place; weights are [O, C], as in PyTorch. */
export type Parameters = Record<string, Float32Array>;

/** Shape of every learnt tensor by place, in the order of the graph, for an encoder with a classifier. */
export function parameterShapes(encoder: EncoderConfig, numOutputs: number): Map<string, number[]> {
  const H = encoder.hiddenSize;
  const shapes = encoderShapes(encoder);
  addLinear(shapes, 'pooler', H, H);
  addLinear(shapes, 'classifier', numOutputs, H);
  return shapes;
}

/** Shape of every learnt tensor by place, in the order of the graph, for a masked language model: there is no pooler. */
export function maskedLanguageModelShapes(encoder: EncoderConfig): Map<string, number[]> {
  const { hiddenSize: H, vocabularySize: V } = encoder;
  const shapes = encoderShapes(encoder);
  addLinear(shapes, 'mlm.dense', H, H);
  addNorm(shapes, 'mlm.norm', H);
  return shapes.set('mlm.bias', [V]);
}

/** Shapes of embeddings and layers, without a head. */
function encoderShapes(encoder: EncoderConfig): Map<string, number[]> {
  const { hiddenSize: H, embeddingSize: E, maxPositions, positionOffset } = encoder;
  const shapes = new Map<string, number[]>();
  shapes.set('embeddings.token', [encoder.vocabularySize, E]);
  shapes.set('embeddings.position', [positionOffset + maxPositions, E]);
  if (encoder.numTypes > 0) shapes.set('embeddings.type', [encoder.numTypes, E]);
  if (encoder.numTaskTypes > 0) shapes.set('embeddings.task', [encoder.numTaskTypes, E]);
  addNorm(shapes, 'embeddings.norm', E);
  if (E !== H) addLinear(shapes, 'embeddings.project', H, E);
  for (let layer = 0; layer < encoder.numLayers; layer++) {
    for (const part of ['query', 'key', 'value', 'attention'])
      addLinear(shapes, `layer.${layer}.${part}`, H, H);
    addNorm(shapes, `layer.${layer}.attention.norm`, H);
    addLinear(shapes, `layer.${layer}.intermediate`, encoder.intermediateSize, H);
    addLinear(shapes, `layer.${layer}.output`, H, encoder.intermediateSize);
    addNorm(shapes, `layer.${layer}.output.norm`, H);
  }
  return shapes;
}

function addLinear(
  shapes: Map<string, number[]>,
  place: string,
  outputs: number,
  inputs: number,
): void {
  shapes.set(`${place}.weight`, [outputs, inputs]).set(`${place}.bias`, [outputs]);
}

function addNorm(shapes: Map<string, number[]>, place: string, width: number): void {
  shapes.set(`${place}.weight`, [width]).set(`${place}.bias`, [width]);
}

/** Whether weight decay leaves a place alone: biases and layer norms. */
export function isDecayFree(place: string): boolean {
  return place.endsWith('.bias') || place.includes('norm.');
}

/** First values of a place: normal cut at two deviations, ones for a norm's weight, zeros for a bias. */
export function initializeParameter(
  place: string,
  shape: readonly number[],
  options: { seed: number; deviation: number },
): Float32Array {
  const values = new Float32Array(shape.reduce((product, dim) => product * dim, 1));
  if (place.endsWith('.bias')) return values;
  if (place.includes('norm.')) return values.fill(1);
  const random = createRandom(options.seed, `parameter:${place}`);
  for (let index = 0; index < values.length; index++) {
    values[index] = options.deviation * nextTruncatedNormal(random);
  }
  return values;
}

function nextTruncatedNormal(random: Random): number {
  for (;;) {
    const value = random.nextNormal();
    if (Math.abs(value) <= 2) return value;
  }
}
