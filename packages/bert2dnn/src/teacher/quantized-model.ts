// The int8 twin of a teacher: a quarter of the size, at a loss of accuracy that is measured, never assumed.
// How weights become int8 is known to @bert2dnn/autodiff alone.
import { emitOnnx } from '@bert2dnn/autodiff';
import { type BatchModel, openEncoderModel, scoreTokens } from './batch-model.js';
import type { EncoderConfig } from './config.js';
import { type DevMetrics, measureDev } from './dev-metrics.js';
import { buildEncoder } from './encoder.js';
import { openOnnxModel } from './onnx-model.js';
import { type Parameters, parameterShapes } from './parameters.js';
import type { TrainingSet } from './training-set.js';

/** Numbers that a teacher computes with: `f32` as it was trained, `int8` products and token table. */
export type Precision = (typeof PRECISIONS)[number];

/** Names of the precisions. */
export const PRECISIONS = ['f32', 'int8'] as const;

/** Folder and file where transformers.js (`dtype: 'q8'`) and Optimum look for an 8-bit model. */
export const QUANTIZED_PLACE = { folder: 'onnx', file: 'model_quantized.onnx' } as const;

/** A classifier's sizes and values. */
export interface QuantizedSource {
  encoder: EncoderConfig;
  numOutputs: number;
  parameters: Parameters;
}

/**
 * The int8 model as ONNX of standard operators, with the inputs and the output of `model.onnx`. The weights of layers and
 * pooler and the token table are int8. What is small or sensitive stays float32: classifier, norms, biases, positions;
 * attention has no weights of its own. Equal values give equal bytes.
 */
export function encodeQuantized({ encoder, numOutputs, parameters }: QuantizedSource): Uint8Array {
  const { logits } = buildEncoder(encoder, numOutputs);
  return emitOnnx(
    { logits },
    {
      frozen: parameters,
      int8: quantizedPlaces(encoder, numOutputs),
      castInputsToInt64: true,
      portable: true,
    },
  );
}

/** Places that are int8 in the model. */
export function quantizedPlaces(encoder: EncoderConfig, numOutputs: number): string[] {
  const shapes = parameterShapes(encoder, numOutputs);
  const isProduct = (place: string): boolean =>
    place.endsWith('.weight') &&
    shapes.get(place)!.length === 2 &&
    !place.startsWith('classifier.');
  return [...shapes.keys()].filter((place) => place === 'embeddings.token' || isProduct(place));
}

/** How an int8 model does on the dev set, beside float32. */
export interface QuantizedMetrics extends DevMetrics {
  /** Differences between the logits of both, absolute. */
  largestLogitDifference: number;
  meanLogitDifference: number;
}

/** What `measureQuantized` needs to know. */
export interface QuantizedMeasurement extends QuantizedSource {
  /** The bytes of `encodeQuantized`. */
  quantized: Uint8Array;
  /** Labels are 0..1, not class indices. */
  isGraded: boolean;
  dev: TrainingSet;
  padId: number;
  /** Threads inside one operation. */
  threads: number;
}

/** Metrics of the int8 model on the dev set, and how far its logits are from those of the float32 model. */
export async function measureQuantized(options: QuantizedMeasurement): Promise<QuantizedMetrics> {
  const { quantized, dev, threads } = options;
  const exact = await logitsOf(await openEncoderModel(options), options);
  const logits = await logitsOf(await openOnnxModel(quantized, { threads }), options);
  let largest = 0;
  let sum = 0;
  for (let index = 0; index < logits.length; index++) {
    const difference = Math.abs(logits[index] - exact[index]);
    largest = Math.max(largest, difference);
    sum += difference;
  }
  return {
    ...measureDev(logits, dev, options),
    largestLogitDifference: largest,
    meanLogitDifference: logits.length === 0 ? 0 : sum / logits.length,
  };
}

async function logitsOf(
  model: BatchModel,
  { dev, padId }: QuantizedMeasurement,
): Promise<Float32Array> {
  try {
    return await scoreTokens(model, dev.texts, { padId });
  } finally {
    await model.release();
  }
}
