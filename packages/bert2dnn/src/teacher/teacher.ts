// A teacher ready to score: texts in, logits out. From a Hugging Face folder or a folder with an ONNX model.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Bert2dnnError } from '../foundation/errors.js';
import { readJson } from '../foundation/files.js';
import { fingerprintFile, fingerprintJson } from '../foundation/fingerprint.js';
import { CODE_VERSION } from '../foundation/version.js';
import { type BatchModel, openEncoderModel, scoreTokens } from './batch-model.js';
import { statedMaxPositions } from './config.js';
import { encodeTexts } from './encoded-texts.js';
import { type FolderExtra, statedClasses } from './folder-extra.js';
import { openModelFolder, openTokenizer, readExtra } from './model-folder.js';
import { openOnnxModel } from './onnx-model.js';
import { encodeQuantized, type Precision, QUANTIZED_PLACE } from './quantized-model.js';
import type { Tokenizer } from './tokenizer/tokenizer.js';

/** Options of `loadTeacher`. */
export interface LoadTeacherOptions {
  /** Threads inside one operation. Default 1. */
  threads?: number;
  /** Tokens of a row at most. Default: as trained, else as tokenizer.json says, else 128. */
  maxTokens?: number;
  /** Fields of a folder that does not state them. Default `['text']`. */
  fields?: readonly string[];
  /** `int8` computes with the folder's 8-bit model, which is made from the weights if it is not there. Default `f32`. */
  precision?: Precision;
}

/** Options of `Teacher.logits`. */
export interface LogitsOptions {
  /** Called after each batch with its rows and tokens. */
  onBatch?: (numRows: number, numTokens: number) => void;
}

/** A loaded teacher. */
export interface Teacher {
  dir: string;
  /** Fields of a row in order: one is a single text, of several the first is paired with the others. */
  fields: string[];
  /** Whether the folder states its fields; otherwise they are what the caller says. */
  statesFields: boolean;
  numOutputs: number;
  /** Names of the classes of a folder that states them. */
  classes: string[] | undefined;
  maxTokens: number;
  precision: Precision;
  /** Of configuration, tokenizer, weights and precision. */
  fingerprint: string;
  /**
   * Logits [N, C] in input order of texts given per field: `texts[field][row]`.
   * @throws Bert2dnnError NOT_FINITE
   */
  logits(texts: readonly (readonly string[])[], options?: LogitsOptions): Promise<Float32Array>;
  release(): Promise<void>;
}

const DEFAULT_MAX_TOKENS = 128;
// The smallest limit under which a pair still has a token of each text: [CLS] a [SEP] b [SEP].
const SMALLEST_MAX_TOKENS = 5;

/**
 * Opens a teacher's folder: safetensors weights, or an ONNX model made elsewhere.
 * @throws Bert2dnnError FILE_MISSING, TEACHER_INVALID, TOKENIZER_INVALID, each naming what is wrong.
 */
export async function loadTeacher(dir: string, options: LoadTeacherOptions = {}): Promise<Teacher> {
  const { precision = 'f32' } = options;
  const files = await findModelFiles(dir);
  const isForeign =
    !files.hasWeights && (files.onnx !== undefined || files.quantized !== undefined);
  const parts = isForeign
    ? await openForeign(dir, files, options)
    : await openNative(dir, files, options);
  const { model, tokenizer, extra } = parts;
  const stated = extra?.fields;
  const maxTokens = chooseMaxTokens(parts, options);
  return {
    dir,
    fields: [...(stated ?? options.fields ?? ['text'])],
    statesFields: stated !== undefined,
    numOutputs: model.numOutputs,
    classes: statedClasses(extra),
    maxTokens,
    precision,
    fingerprint: await fingerprintTeacher(dir, files, precision),
    logits: (texts, { onBatch } = {}) =>
      scoreTokens(model, encodeTexts(texts, { tokenizer, maxTokens }), {
        padId: tokenizer.padId,
        onBatch,
      }),
    release: () => model.release(),
  };
}

interface TeacherParts {
  model: BatchModel;
  tokenizer: Tokenizer;
  extra: FolderExtra | undefined;
  /** Length of the position table, where it is known. */
  maxPositions: number | undefined;
}

async function openNative(
  dir: string,
  { quantized }: ModelFiles,
  { precision, threads = 1 }: LoadTeacherOptions,
): Promise<TeacherParts> {
  const { config, tokenizer, weights, extra } = await openModelFolder(dir);
  if (!weights.hasHead || !weights.hasPooler) {
    throw new Bert2dnnError(
      'TEACHER_INVALID',
      `${dir}: the model has no classification head, expected ${config.family.classifierArchitecture}`,
      { hint: `Train one first: bert2dnn finetune --model ${dir} ...` },
    );
  }
  const { encoder, numOutputs } = config;
  const source = { encoder, numOutputs, parameters: weights.parameters };
  const model =
    precision === 'int8'
      ? await openOnnxModel(quantized ?? encodeQuantized(source), threads)
      : await openEncoderModel({ ...source, threads });
  return { model, tokenizer, extra, maxPositions: encoder.maxPositions };
}

async function openForeign(
  dir: string,
  { onnx, quantized }: ModelFiles,
  { precision = 'f32', threads = 1 }: LoadTeacherOptions,
): Promise<TeacherParts> {
  const file = precision === 'int8' ? quantized : onnx;
  if (file === undefined) {
    const { folder, file: name } = QUANTIZED_PLACE;
    const expected = precision === 'int8' ? `${folder}/${name}` : 'model.onnx';
    throw new Bert2dnnError(
      'FILE_MISSING',
      `${dir}: no model in ${precision} there, expected ${expected} or model.safetensors`,
      { hint: precision === 'int8' ? 'Leave out --precision.' : 'Score it with --precision int8.' },
    );
  }
  const tokenizer = await openTokenizer(dir);
  const extra = await readExtra(dir);
  const model = await openOnnxModel(file, threads);
  return { model, tokenizer, extra, maxPositions: await readMaxPositions(dir) };
}

async function readMaxPositions(dir: string): Promise<number | undefined> {
  const path = join(dir, 'config.json');
  if (!(await isFile(path))) return undefined;
  return statedMaxPositions(await readJson(path));
}

function chooseMaxTokens(parts: TeacherParts, options: LoadTeacherOptions): number {
  const { extra, tokenizer, maxPositions = Number.POSITIVE_INFINITY } = parts;
  const wanted = options.maxTokens ?? extra?.maxTokens ?? tokenizer.maxTokens ?? DEFAULT_MAX_TOKENS;
  return Math.max(SMALLEST_MAX_TOKENS, Math.min(wanted, maxPositions));
}

const FINGERPRINTED = [
  'config.json',
  'tokenizer.json',
  'bert2dnn.json',
  'model.safetensors',
  'model.safetensors.index.json',
];

async function fingerprintTeacher(
  dir: string,
  files: ModelFiles,
  precision: Precision,
): Promise<string> {
  const parts: [string, string][] = [];
  const add = async (name: string, path: string): Promise<void> => {
    if (await isFile(path)) parts.push([name, await fingerprintFile(path)]);
  };
  for (const name of FINGERPRINTED) await add(name, join(dir, name));
  if (precision === 'f32' && !files.hasWeights) await add('model.onnx', files.onnx!);
  if (precision === 'int8') {
    // Without a file the model is made from the weights, and how that is done belongs to the version of the code.
    parts.push(['precision', files.quantized === undefined ? `int8 ${CODE_VERSION}` : 'int8']);
    if (files.quantized !== undefined) await add(QUANTIZED_PLACE.file, files.quantized);
  }
  return fingerprintJson(parts);
}

/** Model files of a folder. */
interface ModelFiles {
  hasWeights: boolean;
  /** Paths, where there is such a file. */
  onnx: string | undefined;
  quantized: string | undefined;
}

async function findModelFiles(dir: string): Promise<ModelFiles> {
  const find = async (...names: string[]): Promise<string | undefined> => {
    for (const name of names) if (await isFile(join(dir, name))) return join(dir, name);
    return undefined;
  };
  const { folder, file } = QUANTIZED_PLACE;
  return {
    hasWeights: (await find('model.safetensors', 'model.safetensors.index.json')) !== undefined,
    onnx: await find('model.onnx', join(folder, 'model.onnx')),
    quantized: await find(join(folder, file), file),
  };
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
