// A teacher ready to score: texts in, logits out. From a Hugging Face folder or a folder with an ONNX model.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Bert2dnnError } from '../foundation/errors.js';
import { readJson } from '../foundation/files.js';
import { fingerprintFile, fingerprintJson } from '../foundation/fingerprint.js';
import { type BatchModel, openEncoderModel, scoreTokens } from './batch-model.js';
import { encodeTexts } from './encoded-texts.js';
import type { FolderExtra, TeacherTask } from './folder-extra.js';
import { openModelFolder, openTokenizer, readExtra } from './model-folder.js';
import { openOnnxModel } from './onnx-model.js';
import type { Tokenizer } from './tokenizer/tokenizer.js';

/** Options of `loadTeacher`. */
export interface LoadTeacherOptions {
  /** Threads inside one operation. Default 1. */
  threads?: number;
  /** Tokens of a row at most. Default: as trained, else as tokenizer.json says, else 128. */
  maxTokens?: number;
  /** Fields of a folder that does not state them. Default `['text']`. */
  fields?: readonly string[];
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
  /** Of configuration, tokenizer and weights. */
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
  const isForeign = !(await hasWeights(dir)) && (await isFile(join(dir, 'model.onnx')));
  const parts = isForeign ? await openForeign(dir, options) : await openNative(dir, options);
  const { model, tokenizer, extra } = parts;
  const stated = extra?.fields;
  const task: TeacherTask | undefined = extra?.task;
  const maxTokens = chooseMaxTokens(parts, options);
  return {
    dir,
    fields: [...(stated ?? options.fields ?? ['text'])],
    statesFields: stated !== undefined,
    numOutputs: model.numOutputs,
    classes: task?.kind === 'classes' ? task.classes : undefined,
    maxTokens,
    fingerprint: await fingerprintTeacher(dir),
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

async function openNative(dir: string, options: LoadTeacherOptions): Promise<TeacherParts> {
  const { config, tokenizer, weights, extra } = await openModelFolder(dir);
  if (!weights.hasHead || !weights.hasPooler) {
    throw new Bert2dnnError(
      'TEACHER_INVALID',
      `${dir}: the model has no classification head, expected ${config.family.classifierArchitecture}`,
      { hint: `Train one first: bert2dnn finetune --model ${dir} ...` },
    );
  }
  const model = await openEncoderModel({
    encoder: config.encoder,
    numOutputs: config.numOutputs,
    parameters: weights.parameters,
    threads: options.threads ?? 1,
  });
  return { model, tokenizer, extra, maxPositions: config.encoder.maxPositions };
}

async function openForeign(dir: string, options: LoadTeacherOptions): Promise<TeacherParts> {
  const tokenizer = await openTokenizer(dir);
  const extra = await readExtra(dir);
  const model = await openOnnxModel(join(dir, 'model.onnx'), options.threads ?? 1);
  return { model, tokenizer, extra, maxPositions: await readMaxPositions(dir) };
}

async function readMaxPositions(dir: string): Promise<number | undefined> {
  const path = join(dir, 'config.json');
  if (!(await isFile(path))) return undefined;
  const config = (await readJson(path)) as { max_position_embeddings?: unknown } | null;
  const stated = config?.max_position_embeddings;
  return typeof stated === 'number' ? stated : undefined;
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

async function fingerprintTeacher(dir: string): Promise<string> {
  const parts: [string, string][] = [];
  for (const name of [...FINGERPRINTED, ...((await hasWeights(dir)) ? [] : ['model.onnx'])]) {
    if (await isFile(join(dir, name))) parts.push([name, await fingerprintFile(join(dir, name))]);
  }
  return fingerprintJson(parts);
}

async function hasWeights(dir: string): Promise<boolean> {
  for (const name of ['model.safetensors', 'model.safetensors.index.json']) {
    if (await isFile(join(dir, name))) return true;
  }
  return false;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
