// What a fine-tuning starts from: an encoder with tokenizer in memory, from a folder or new and tiny.
import type { EncoderConfig, TeacherConfig } from './config.js';
import { initializeParameter, type Parameters, parameterShapes } from './parameters.js';
import type { Tokenizer } from './tokenizer/tokenizer.js';

/** An encoder with its tokenizer; pooler and head may be absent. */
export interface StartModel {
  config: TeacherConfig;
  tokenizer: Tokenizer;
  /** Tokenizer files by name, to be written beside the weights. */
  tokenizerFiles: Readonly<Record<string, string>>;
  /** Values by place. */
  parameters: Parameters;
  /** Where it came from, for records. */
  source: string;
}

/** Options of `completeParameters`. */
export interface CompleteOptions {
  encoder: EncoderConfig;
  numOutputs: number;
  seed: number;
}

/**
 * Copies of the values with what is absent made new: the pooler, and the head if absent or of another width.
 * Gives the places that are new.
 */
export function completeParameters(
  known: Parameters,
  { encoder, numOutputs, seed }: CompleteOptions,
): { parameters: Parameters; fresh: string[] } {
  const shapes = parameterShapes(encoder, numOutputs);
  return completeShapes(known, shapes, { seed, deviation: encoder.initializerRange });
}

/** Copies of the values that `shapes` asks for, with what is absent or of another size made new. */
export function completeShapes(
  known: Parameters,
  shapes: ReadonlyMap<string, readonly number[]>,
  options: { seed: number; deviation: number },
): { parameters: Parameters; fresh: string[] } {
  const parameters: Parameters = {};
  const fresh: string[] = [];
  for (const [place, shape] of shapes) {
    const values = known[place];
    const size = shape.reduce((product, dim) => product * dim, 1);
    if (values !== undefined && values.length === size) {
      parameters[place] = values.slice();
    } else {
      parameters[place] = initializeParameter(place, shape, options);
      fresh.push(place);
    }
  }
  return { parameters, fresh };
}
