// Tensors of safetensors files -> places of the encoder graph and back. Every misfit is reported by name.
import { type SafetensorsTensor, toFloat32 } from '@bert2dnn/student';
import { Bert2dnnError } from '../foundation/errors.js';
import type { TeacherConfig } from './config.js';
import { type Family, type HeadKind, tensorNameOf } from './family.js';
import { maskedLanguageModelShapes, type Parameters, parameterShapes } from './parameters.js';

/** Weights found in a file. */
export interface PlacedWeights {
  /** Values by place. Places of a missing pooler or head are absent. */
  parameters: Parameters;
  /** Whether the dense layer before the classifier is there. */
  hasPooler: boolean;
  hasHead: boolean;
  /** Whether a head over the vocabulary is there that shares the token table. */
  hasMaskedLm: boolean;
}

/** What weights are placed for. */
export interface PlaceOptions {
  /** Named in errors. */
  file: string;
  head: HeadKind;
}

type Tensors = ReadonlyMap<string, SafetensorsTensor>;

/**
 * Puts tensors to their places as float32. Pooler and heads may be missing as a whole, other gaps are not allowed.
 * @throws Bert2dnnError TEACHER_INVALID naming missing, wrong-shaped and unknown tensors.
 */
export function placeWeights(
  tensors: Tensors,
  config: TeacherConfig,
  { file, head }: PlaceOptions,
): PlacedWeights {
  const { family } = config;
  const found = modernNames(tensors, family);
  const isPrefixed = [...found.keys()].some((name) => name.startsWith(family.prefix));
  const shapes = allShapes(config);
  const names = namesOf(shapes.keys(), family, isPrefixed);
  const problems = head === 'masked-lm' ? describeUntied(found, names, family) : [];
  const absent = absentPlaces(found, names, { config, head });
  const parameters: Parameters = {};
  for (const [place, name] of names) {
    if (absent.has(place)) continue;
    const problem = checkTensor(name, found.get(name), shapes.get(place)!);
    if (problem !== undefined) problems.push(problem);
    // After a problem only names and shapes are checked.
    else if (problems.length === 0) parameters[place] = toFloat32(found.get(name)!);
  }
  problems.push(...describeUnknown(found, new Set(names.values()), config));
  if (problems.length > 0) throw describeProblems(file, problems);
  return {
    parameters,
    hasPooler: 'pooler.weight' in parameters,
    hasHead: 'classifier.weight' in parameters,
    hasMaskedLm: 'mlm.bias' in parameters,
  };
}

/** Which names a file has: those of a classifier or of a masked language model, prefixed or not. */
export interface TensorNameOptions {
  head: HeadKind;
  isPrefixed: boolean;
}

/** Place -> tensor name in a file, for every learnt tensor of a model. */
export function tensorNames(
  { family, encoder, numOutputs }: TeacherConfig,
  { head, isPrefixed }: TensorNameOptions,
): Map<string, string> {
  const shapes =
    head === 'classifier'
      ? parameterShapes(encoder, numOutputs)
      : maskedLanguageModelShapes(encoder);
  return namesOf(shapes.keys(), family, isPrefixed);
}

function namesOf(
  places: Iterable<string>,
  family: Family,
  isPrefixed: boolean,
): Map<string, string> {
  return new Map(
    Array.from(places, (place) => [place, tensorNameOf(family, place, isPrefixed)] as const),
  );
}

/** Shapes of all places that a file of this configuration may have. */
function allShapes({ encoder, numOutputs }: TeacherConfig): Map<string, number[]> {
  const shapes = parameterShapes(encoder, numOutputs);
  if (encoder.maskedLmActivation === undefined) return shapes;
  return new Map([...shapes, ...maskedLanguageModelShapes(encoder)]);
}

/**
 * The tensors under the names that transformers writes today: old layer norms are called gamma and beta, and a bias
 * that two names share may be there under the other one.
 */
function modernNames(tensors: Tensors, family: Family): Tensors {
  const modern = new Map<string, SafetensorsTensor>();
  for (const [name, tensor] of tensors) {
    const renamed = name
      .replace(/LayerNorm\.gamma$/, 'LayerNorm.weight')
      .replace(/LayerNorm\.beta$/, 'LayerNorm.bias');
    modern.set(renamed, tensor);
  }
  for (const [copy, place] of Object.entries(family.maskedLm?.copies ?? {})) {
    const name = family.maskedLm!.tensors[place];
    const tensor = modern.get(copy);
    if (name !== undefined && tensor !== undefined && !modern.has(name)) modern.set(name, tensor);
  }
  return modern;
}

/** Places of pooler and heads that the file does not have, or has for another purpose. */
function absentPlaces(
  tensors: Tensors,
  names: ReadonlyMap<string, string>,
  { config, head }: { config: TeacherConfig; head: HeadKind },
): Set<string> {
  const { family } = config;
  const isThere = (place: string): boolean => tensors.has(names.get(place)!);
  const pooler = Object.keys(family.poolerTensors);
  const classifier = Object.keys(family.headTensors);
  const maskedLm = Object.keys(family.maskedLm?.tensors ?? {});
  const absent: string[] = [];
  if (!pooler.some(isThere)) absent.push(...pooler);
  if (hasOtherHead(config) || !classifier.some(isThere)) absent.push(...classifier);
  // A classifier does without a head over the vocabulary that is not whole, or not tied.
  const isUsable =
    head === 'masked-lm' ||
    (maskedLm.every(isThere) && describeUntied(tensors, names, family).length === 0);
  if (!isUsable || !maskedLm.some(isThere)) absent.push(...maskedLm);
  return new Set(absent);
}

/** Whether `classifier.*` belongs to another task than telling whole texts apart. */
function hasOtherHead({ source }: TeacherConfig): boolean {
  const { architectures } = source;
  return (
    Array.isArray(architectures) &&
    architectures.some((name) => /For(TokenClassification|MultipleChoice)$/.test(String(name)))
  );
}

function checkTensor(
  name: string,
  tensor: SafetensorsTensor | undefined,
  expected: readonly number[],
): string | undefined {
  const shape = `[${expected.join(', ')}]`;
  if (tensor === undefined) return `"${name}" is missing, expected shape ${shape}`;
  if (tensor.shape.join() !== expected.join()) {
    return `"${name}" has shape [${tensor.shape.join(', ')}], expected ${shape}`;
  }
  if (['F32', 'F16', 'BF16', 'F64'].includes(tensor.dtype)) return undefined;
  return `"${name}" is ${tensor.dtype}, expected F32, F16 or BF16`;
}

/** Copies of a shared tensor that differ from it: transformers would then train both. */
function describeUntied(
  tensors: Tensors,
  names: ReadonlyMap<string, string>,
  family: Family,
): string[] {
  return Object.entries(family.maskedLm?.copies ?? {}).flatMap(([copy, place]) => {
    const name = names.get(place);
    const [one, other] = [tensors.get(copy), name === undefined ? undefined : tensors.get(name)];
    if (one === undefined || other === undefined || isSame(one, other)) return [];
    return [`"${copy}" differs from "${name}", expected one tensor shared by both`];
  });
}

function isSame(one: SafetensorsTensor, other: SafetensorsTensor): boolean {
  return one.dtype === other.dtype && Buffer.compare(one.data, other.data) === 0;
}

function describeUnknown(
  tensors: Tensors,
  known: ReadonlySet<string>,
  config: TeacherConfig,
): string[] {
  const { family } = config;
  const { refusedTensors } = family;
  const isOtherHead = hasOtherHead(config);
  const problems: string[] = [];
  for (const name of tensors.keys()) {
    if (refusedTensors?.pattern.test(name)) {
      problems.push(`"${name}" ${refusedTensors.reason}`);
    } else if (
      !known.has(name) &&
      !family.ignoredTensors.test(name) &&
      !(isOtherHead && name.startsWith('classifier.'))
    ) {
      problems.push(`"${name}" is not part of a ${family.modelType} classifier`);
    }
  }
  return problems;
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
