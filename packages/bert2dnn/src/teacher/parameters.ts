// The learnt tensors of an encoder with head: their places, shapes and first values. Knows no file.
import { createRandom, type Random } from '../foundation/random.js';
import type { EncoderConfig } from './config.js';

/** Values of learnt tensors by place; weights are [O, C], as in PyTorch. */
export type Parameters = Record<string, Float32Array>;

/** Shape of every learnt tensor by place, in the order of the graph. */
export function parameterShapes(encoder: EncoderConfig, numOutputs: number): Map<string, number[]> {
  const H = encoder.hiddenSize;
  const shapes = new Map<string, number[]>();
  const addLinear = (place: string, outputs: number, inputs: number): void => {
    shapes.set(`${place}.weight`, [outputs, inputs]).set(`${place}.bias`, [outputs]);
  };
  const addNorm = (place: string): void => {
    shapes.set(`${place}.weight`, [H]).set(`${place}.bias`, [H]);
  };
  shapes.set('embeddings.token', [encoder.vocabularySize, H]);
  shapes.set('embeddings.position', [encoder.maxPositions, H]);
  shapes.set('embeddings.type', [encoder.numTypes, H]);
  addNorm('embeddings.norm');
  for (let layer = 0; layer < encoder.numLayers; layer++) {
    for (const part of ['query', 'key', 'value', 'attention'])
      addLinear(`layer.${layer}.${part}`, H, H);
    addNorm(`layer.${layer}.attention.norm`);
    addLinear(`layer.${layer}.intermediate`, encoder.intermediateSize, H);
    addLinear(`layer.${layer}.output`, H, encoder.intermediateSize);
    addNorm(`layer.${layer}.output.norm`);
  }
  addLinear('pooler', H, H);
  addLinear('classifier', numOutputs, H);
  return shapes;
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
