// Hugging Face model folders: config.json, tokenizer.json, model.safetensors in; the same and model.onnx out.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emitOnnx } from '@bert2dnn/autodiff';
import {
  readSafetensors,
  type SafetensorsTensor,
  type TensorToWrite,
  writeSafetensors,
} from '@bert2dnn/student';
import { Bert2dnnError } from '../foundation/errors.js';
import { readJson, writeFileAtomically, writeJsonAtomically } from '../foundation/files.js';
import { type IsOurs, writeFolderAtomically } from '../foundation/folders.js';
import {
  describeClassifier,
  type HeadDescription,
  readTeacherConfig,
  type TeacherConfig,
} from './config.js';
import { buildEncoder } from './encoder.js';
import { checkFolderExtra, describeExtra, EXTRA_FILE, type FolderExtra } from './folder-extra.js';
import { type Parameters, parameterShapes } from './parameters.js';
import { Tokenizer } from './tokenizer/tokenizer.js';
import { type PlacedWeights, placeWeights, tensorNames } from './weights.js';

/** A model folder, read. */
export interface ModelFolder {
  folder: string;
  config: TeacherConfig;
  tokenizer: Tokenizer;
  /** Tokenizer files by name, as they are. */
  tokenizerFiles: Record<string, string>;
  weights: PlacedWeights;
  extra: FolderExtra | undefined;
}

const TOKENIZER_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'vocab.txt',
  'special_tokens_map.json',
];

/**
 * Reads a folder with safetensors weights, in one file or sharded.
 * @throws Bert2dnnError FILE_MISSING, TEACHER_INVALID, TOKENIZER_INVALID naming file, member or tensor.
 */
export async function openModelFolder(folder: string): Promise<ModelFolder> {
  const configPath = join(folder, 'config.json');
  const config = readTeacherConfig(await readJson(configPath), configPath);
  const tokenizer = await openTokenizer(folder);
  checkVocabulary(folder, tokenizer, config.encoder.vocabularySize);
  const { file, tensors } = await readTensors(folder);
  return {
    folder,
    config,
    tokenizer,
    tokenizerFiles: await readTokenizerFiles(folder),
    weights: placeWeights(tensors, config, file),
    extra: await readExtra(folder),
  };
}

/** The tokenizer of a folder. @throws Bert2dnnError FILE_MISSING, TOKENIZER_INVALID. */
export async function openTokenizer(folder: string): Promise<Tokenizer> {
  const path = join(folder, 'tokenizer.json');
  return Tokenizer.fromJson(await readJson(path), path);
}

/** The `bert2dnn.json` of a folder, if it has one. @throws Bert2dnnError TEACHER_INVALID. */
export async function readExtra(folder: string): Promise<FolderExtra | undefined> {
  const path = join(folder, EXTRA_FILE);
  if ((await readOptional(path)) === undefined) return undefined;
  return checkFolderExtra(await readJson(path), path);
}

/** Refuses a tokenizer with ids beyond the embedding table. */
export function checkVocabulary(
  folder: string,
  tokenizer: Tokenizer,
  vocabularySize: number,
): void {
  if (tokenizer.numIds <= vocabularySize) return;
  throw new Bert2dnnError(
    'TEACHER_INVALID',
    `${folder}: tokenizer.json has ids up to ${tokenizer.numIds - 1}, config.json a "vocab_size" of ${vocabularySize}`,
    { hint: 'The two files belong to different models.' },
  );
}

interface FolderTensors {
  file: string;
  tensors: Map<string, SafetensorsTensor>;
}

async function readTensors(folder: string): Promise<FolderTensors> {
  const single = join(folder, 'model.safetensors');
  const bytes = await readOptional(single);
  if (bytes !== undefined) return { file: single, tensors: parseTensors(single, bytes) };
  const index = join(folder, 'model.safetensors.index.json');
  if ((await readOptional(index)) === undefined) throw await describeMissingWeights(folder);
  const content = (await readJson(index)) as { weight_map?: Record<string, string> };
  const tensors: FolderTensors['tensors'] = new Map();
  for (const file of new Set(Object.values(content.weight_map ?? {}))) {
    const path = join(folder, file);
    const part = await readOptional(path);
    if (part === undefined)
      throw new Bert2dnnError('FILE_MISSING', `${path}: named in ${index}, not there`);
    for (const [name, tensor] of parseTensors(path, part)) tensors.set(name, tensor);
  }
  return { file: index, tensors };
}

function parseTensors(path: string, bytes: Uint8Array): Map<string, SafetensorsTensor> {
  try {
    return new Map(readSafetensors(bytes).tensors);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Bert2dnnError('TEACHER_INVALID', `${path}: ${reason}`, { cause });
  }
}

async function describeMissingWeights(folder: string): Promise<Bert2dnnError> {
  const pickle = join(folder, 'pytorch_model.bin');
  if ((await readOptional(pickle)) !== undefined) {
    return new Bert2dnnError(
      'TEACHER_INVALID',
      `${pickle}: pickled weights are refused because loading them runs code, expected model.safetensors`,
      {
        hint: `Convert once in Python: from transformers import AutoModelForSequenceClassification as M; M.from_pretrained('${folder}').save_pretrained('${folder}')`,
      },
    );
  }
  return new Bert2dnnError('FILE_MISSING', `${folder}: no model.safetensors there`, {
    hint: 'Give a Hugging Face folder with config.json, tokenizer.json and model.safetensors.',
  });
}

async function readTokenizerFiles(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of TOKENIZER_FILES) {
    const content = await readOptional(join(folder, name));
    if (content !== undefined) files[name] = new TextDecoder().decode(content);
  }
  return files;
}

async function readOptional(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Bert2dnnError('FILE_MISSING', `${path}: cannot be read (${cause})`, { cause });
  }
}

const WRITTEN_FILES = [
  'config.json',
  'model.safetensors',
  'model.onnx',
  EXTRA_FILE,
  ...TOKENIZER_FILES,
];

/** Whether a folder is a teacher that `saveClassifier` wrote, with nothing added: not a model made elsewhere. */
export const isTeacherFolder: IsOurs = (names) =>
  names.includes(EXTRA_FILE) && names.every((name) => WRITTEN_FILES.includes(name));

/** What a classifier's folder is written from. */
export interface ClassifierContent {
  config: TeacherConfig;
  head: HeadDescription;
  parameters: Parameters;
  tokenizerFiles: Readonly<Record<string, string>>;
  extra: FolderExtra;
}

/**
 * Writes a folder that transformers' `AutoModelForSequenceClassification` opens, with an ONNX model beside.
 * It appears whole or not at all. @throws Bert2dnnError DISK_FULL, WRITE_FAILED.
 */
export async function saveClassifier(out: string, content: ClassifierContent): Promise<void> {
  const { config, head, parameters, tokenizerFiles, extra } = content;
  const sized: TeacherConfig = { ...config, numOutputs: head.labels.length };
  await writeFolderAtomically(out, { isOurs: isTeacherFolder }, async (folder) => {
    await writeJsonAtomically(join(folder, 'config.json'), describeClassifier(config, head));
    for (const [name, text] of Object.entries(tokenizerFiles)) {
      await writeFileAtomically(join(folder, name), text);
    }
    await writeFileAtomically(join(folder, 'model.safetensors'), encodeWeights(sized, parameters));
    await writeFileAtomically(join(folder, 'model.onnx'), encodeOnnx(sized, parameters));
    await writeJsonAtomically(join(folder, EXTRA_FILE), describeExtra(extra));
  });
}

function encodeWeights(config: TeacherConfig, parameters: Parameters): Uint8Array {
  const tensors: Record<string, TensorToWrite> = {};
  const shapes = parameterShapes(config.encoder, config.numOutputs);
  for (const [place, name] of tensorNames(config, true)) {
    tensors[name] = { dtype: 'F32', shape: shapes.get(place)!, data: parameters[place] };
  }
  return writeSafetensors(tensors, { format: 'pt' });
}

/** The classifier as ONNX with int64 inputs, as Hugging Face's exporters write it; output `logits`. */
function encodeOnnx(config: TeacherConfig, parameters: Parameters): Uint8Array {
  const { logits } = buildEncoder(config.encoder, config.numOutputs);
  return emitOnnx({ logits }, { frozen: parameters, castInputsToInt64: true, portable: true });
}
