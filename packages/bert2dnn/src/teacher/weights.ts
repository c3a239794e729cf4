// Tensors of a safetensors file -> places of the encoder graph and back. Every misfit is reported by name.
import { type SafetensorsTensor, toFloat32 } from '@bert2dnn/student';
import { Bert2dnnError } from '../foundation/errors.js';
import type { TeacherConfig } from './config.js';
import { encoderTensorNames } from './family.js';
import { type Parameters, parameterShapes } from './parameters.js';

/** Weights found in a file. */
export interface PlacedWeights {
  /** Values by place. Places of a missing pooler or head are absent. */
  parameters: Parameters;
  hasPooler: boolean;
  hasHead: boolean;
}

/**
 * Puts tensors to their places as float32. A missing pooler or head is allowed, other gaps are not.
 * @throws Bert2dnnError TEACHER_INVALID naming missing, wrong-shaped and unknown tensors.
 */
export function placeWeights(
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  config: TeacherConfig,
  file: string,
): PlacedWeights {
  const { family } = config;
  const isPrefixed = [...tensors.keys()].some((name) => name.startsWith(family.prefix));
  const names = tensorNames(config, isPrefixed);
  const shapes = parameterShapes(config.encoder, config.numOutputs);
  const hasPooler = isPresent(tensors, names, Object.keys(family.poolerTensors));
  const hasHead = isPresent(tensors, names, Object.keys(family.headTensors));
  const problems: string[] = [];
  const parameters: Parameters = {};
  for (const [place, name] of names) {
    const optional =
      (place in family.poolerTensors && !hasPooler) || (place in family.headTensors && !hasHead);
    const tensor = tensors.get(name);
    const expected = shapes.get(place)!;
    if (tensor === undefined) {
      if (!optional) problems.push(`"${name}" is missing, expected shape [${expected.join(', ')}]`);
    } else if (tensor.shape.join() !== expected.join()) {
      problems.push(
        `"${name}" has shape [${tensor.shape.join(', ')}], expected [${expected.join(', ')}]`,
      );
    } else if (problems.length === 0) {
      parameters[place] = toFloat32(tensor);
    }
  }
  const known = new Set(names.values());
  for (const name of tensors.keys()) {
    if (!known.has(name) && !family.ignoredTensors.test(name)) {
      problems.push(`"${name}" is not part of a ${family.modelType} classifier`);
    }
  }
  if (problems.length > 0) throw describeProblems(file, problems);
  return { parameters, hasPooler, hasHead };
}

/** Place -> name in a file whose encoder tensors are prefixed or not. */
export function tensorNames(config: TeacherConfig, isPrefixed: boolean): Map<string, string> {
  const { family, encoder } = config;
  const prefix = isPrefixed ? family.prefix : '';
  const names = new Map<string, string>();
  for (const [place, name] of encoderTensorNames(family, encoder.numLayers)) {
    names.set(place, prefix + name);
  }
  for (const [place, name] of Object.entries(family.headTensors)) names.set(place, name);
  return names;
}

function isPresent(
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  names: ReadonlyMap<string, string>,
  places: string[],
): boolean {
  return places.some((place) => tensors.has(names.get(place)!));
}

const SHOWN_PROBLEMS = 5;

function describeProblems(file: string, problems: string[]): Bert2dnnError {
  const more = problems.length - SHOWN_PROBLEMS;
  const shown = problems.slice(0, SHOWN_PROBLEMS).join('; ');
  return new Bert2dnnError(
    'TEACHER_INVALID',
    `${file}: ${shown}${more > 0 ? `; and ${more} more` : ''}`,
    { hint: 'The sizes come from config.json beside it: do the two files belong together?' },
  );
}
