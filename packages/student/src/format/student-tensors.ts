// The numbers and vocabularies of a student as the tensors of a safetensors file, in any precision. No JSON, no checksum.
import { StudentError } from '../errors.js';
import { Vocabulary, vocabularyTensors } from '../features/vocabulary.js';
import { checkNumbers } from '../model/check-numbers.js';
import type { StudentDefinition } from '../model/definition.js';
import { embeddingName, isTableName, isWeightName, parameterShapes } from '../model/parameters.js';
import type { Precision, StoredTensor } from '../model/stored-parameters.js';
import { checkOptions, type LoaderOptions, Student } from '../model/student.js';
import { alignTo, type SafetensorsDataType, type SafetensorsTensor } from './data-types.js';
import type { TensorToWrite } from './safetensors-writer.js';

/** The tensors of a student by name. */
export function studentTensors(student: Student): Record<string, TensorToWrite> {
  const { definition, vocabularies, parameters } = student;
  const tensors: Record<string, TensorToWrite> = {};
  for (const [name, shape] of Object.entries(parameterShapes(definition))) {
    const tensor = parameters[name];
    if (tensor instanceof Float32Array) tensors[name] = { dtype: 'F32', shape, data: tensor };
    else if (tensor.precision === 'float16') {
      tensors[name] = { dtype: 'F16', shape, data: tensor.bits };
    } else {
      const { values, scales } = tensor;
      tensors[name] = { dtype: 'I8', shape, data: values };
      tensors[scaleName(name)] = { dtype: 'F32', shape: [scales.length], data: scales };
    }
  }
  for (const block of listBlocks(definition)) {
    const { bytes, offsets } = vocabularyTensors(vocabularies[block]);
    const names = vocabularyNames(block);
    tensors[names.bytes] = { dtype: 'U8', shape: [bytes.length], data: bytes };
    tensors[names.offsets] = { dtype: 'I32', shape: [offsets.length], data: offsets };
  }
  return tensors;
}

/** What a student is to be read from. */
export interface StudentToRead {
  /** Checked. */
  definition: StudentDefinition;
  precision: Precision;
  /** By name; emptied as they are read. Their bytes are kept, not copied, where they are aligned. */
  tensors: Map<string, SafetensorsTensor>;
}

/**
 * The student of tensors. Every name, type and shape is checked before anything is made.
 * @throws {StudentError} STUDENT_INVALID for a missing, unknown or misshapen tensor or a number that is not finite;
 * VOCABULARY_INVALID.
 */
export function readStudent(
  { definition, precision, tensors }: StudentToRead,
  options: LoaderOptions = {},
): Student {
  const shapes = parameterShapes(definition);
  const parameters: Record<string, StoredTensor> = {};
  for (const [name, shape] of Object.entries(shapes)) {
    const stored = isTableName(name) || isWeightName(name) ? precision : 'float32';
    parameters[name] = takeParameter(tensors, { name, shape, precision: stored });
  }
  const lists = listBlocks(definition).map((block) => {
    const names = vocabularyNames(block);
    const rows = shapes[embeddingName(block)][0];
    const bytes = takeTensor(tensors, names.bytes, 'U8').data;
    const offsets = takeTensor(tensors, names.offsets, 'I32', [rows + 1]).data;
    return { block, bytes, offsets: toInt32(offsets) };
  });
  for (const name of tensors.keys()) {
    throw new StudentError('STUDENT_INVALID', `tensor ${name}: unknown to the definition`);
  }
  const vocabularies = Object.fromEntries(
    lists.map(({ block, ...list }) => [block, Vocabulary.fromTensors(list)]),
  );
  checkOptions(options);
  checkNumbers(parameters, options.memory);
  return new Student({ definition, vocabularies, parameters }, { executor: 'auto', ...options });
}

interface WantedParameter {
  name: string;
  shape: readonly number[];
  precision: Precision;
}

function takeParameter(
  tensors: Map<string, SafetensorsTensor>,
  { name, shape, precision }: WantedParameter,
): StoredTensor {
  if (precision === 'float32') return toFloat(takeTensor(tensors, name, 'F32', shape).data);
  if (precision === 'float16') {
    const { buffer, byteOffset, byteLength } = alignTo(
      takeTensor(tensors, name, 'F16', shape).data,
      2,
    );
    return { precision, bits: new Uint16Array(buffer, byteOffset, byteLength / 2) };
  }
  const { buffer, byteOffset, byteLength } = takeTensor(tensors, name, 'I8', shape).data;
  const numScales = isTableName(name) ? shape[0] : shape[1];
  return {
    precision,
    values: new Int8Array(buffer, byteOffset, byteLength),
    scales: toFloat(takeTensor(tensors, scaleName(name), 'F32', [numScales]).data),
  };
}

/** Takes a tensor out of the map. Without `shape` any one-dimensional shape will do. */
function takeTensor(
  tensors: Map<string, SafetensorsTensor>,
  name: string,
  dtype: SafetensorsDataType,
  shape?: readonly number[],
): SafetensorsTensor {
  const tensor = tensors.get(name);
  const expected = `${dtype} [${shape ?? 'n'}]`;
  if (tensor === undefined) {
    throw new StudentError('STUDENT_INVALID', `tensor ${name}: missing, expected ${expected}`);
  }
  const fits = shape === undefined ? tensor.shape.length === 1 : `${tensor.shape}` === `${shape}`;
  if (tensor.dtype !== dtype || !fits) {
    const got = `${tensor.dtype} [${tensor.shape}]`;
    throw new StudentError('STUDENT_INVALID', `tensor ${name}: got ${got}, expected ${expected}`);
  }
  tensors.delete(name);
  return tensor;
}

function toFloat(bytes: Uint8Array): Float32Array {
  const { buffer, byteOffset, byteLength } = alignTo(bytes, 4);
  return new Float32Array(buffer, byteOffset, byteLength / 4);
}

function toInt32(bytes: Uint8Array): Int32Array {
  const { buffer, byteOffset, byteLength } = alignTo(bytes, 4);
  return new Int32Array(buffer, byteOffset, byteLength / 4);
}

function listBlocks(definition: StudentDefinition): string[] {
  return definition.blocks
    .filter((block) => block.kind === 'ngrams' && block.vocabulary === 'list' && !block.table)
    .map((block) => block.name);
}

function vocabularyNames(block: string): { bytes: string; offsets: string } {
  return { bytes: `block.${block}.vocabulary.bytes`, offsets: `block.${block}.vocabulary.offsets` };
}

function scaleName(parameterName: string): string {
  return `${parameterName}.scale`;
}
