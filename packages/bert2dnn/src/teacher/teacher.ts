// A teacher ready to score: texts in, logits out. From a Hugging Face folder, a folder with an ONNX model, an endpoint
// (`endpoint/`), or a student's folder.
import { join } from 'node:path';
import { Bert2dnnError } from '../foundation/errors.js';
import { readJson } from '../foundation/files.js';
import type { Progress } from '../foundation/progress.js';
import { type BatchModel, openEncoderModel, scoreTokens } from './batch-model.js';
import { type EncoderConfig, readTeacherConfig, statedMaxPositions } from './config.js';
import type { Pooling } from './embedding.js';
import { encodeTexts, lengthOfRow } from './encoded-texts.js';
import { isEndpointFile } from './endpoint/description.js';
import { openEndpoint } from './endpoint/endpoint-teacher.js';
import { type FolderExtra, statedClasses } from './folder-extra.js';
import { findModelFiles, fingerprintTeacher, isFile, type ModelFiles } from './model-files.js';
import { openModelFolder, openTokenizer, readExtra } from './model-folder.js';
import { openOnnxModel } from './onnx-model.js';
import { parameterShapes } from './parameters.js';
import { encodeQuantized, type Precision, QUANTIZED_PLACE } from './quantized-model.js';
import { holdsStudent, openStudentTeacher } from './student-teacher.js';
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
  /** An ONNX file of the folder, by its name there or in `onnx/`, in place of the model that would be taken. */
  onnxFile?: string;
  /** Gives vectors beside the logits; a folder without a classification head then gives vectors alone. */
  embeddings?: EmbeddingOptions;
}

/** What vectors a teacher gives. */
export interface EmbeddingOptions {
  /** Default `mean`, but the vector of a foreign model that pools by itself. */
  pooling?: Pooling;
  /** Leaves the logits out. */
  only?: boolean;
}

/** Options of `Teacher.logits` and `Teacher.score`. */
export interface LogitsOptions {
  /** Called after each batch with its rows and tokens. */
  onBatch?: (numRows: number, numTokens: number) => void;
  /** Takes a row that the teacher fails on even alone; its values are NaN. Default: a `RowError` is thrown. */
  onFailedRow?: (row: number, reason: string) => void;
}

/** What a teacher says of texts; the values of a row that it fails on are NaN. */
export interface TextScores {
  /** [N, C], empty without a head. */
  logits: Float32Array;
  /** [N, D], where vectors were asked for. */
  embeddings: Float32Array | undefined;
}

/** A loaded teacher. */
export interface Teacher {
  /** Its folder, or the JSON file of an endpoint. */
  dir: string;
  /** Fields of a row in order: one is a single text, of several the first is paired with the others. */
  fields: string[];
  /** Whether the folder states its fields; otherwise they are what the caller says. */
  statesFields: boolean;
  /** Logits a row; 0 for an encoder of which only vectors are wanted. */
  numOutputs: number;
  /** Width of a row's vector, where vectors were asked for. */
  embeddingSize?: number;
  /** Learnt numbers of layers and head, without tables of embeddings, where they are known. */
  numParameters?: number;
  /** Names of the classes of a folder that states them. */
  classes: string[] | undefined;
  maxTokens: number;
  precision: Precision;
  /** Of configuration, tokenizer, weights and precision. */
  fingerprint: string;
  /**
   * Logits [N, C] in input order of texts given per field: `texts[field][row]`.
   * @throws RowError (NOT_FINITE) for a row that the model fails on, unless `onFailedRow` takes it; ENDPOINT_BUDGET, ENDPOINT_FAILED of
   *   an endpoint.
   */
  logits(texts: readonly (readonly string[])[], options?: LogitsOptions): Promise<Float32Array>;
  /**
   * Logits and vectors of texts given as for `logits`. Absent in a teacher that gives logits alone.
   * @throws as `logits`.
   */
  score?(texts: readonly (readonly string[])[], options?: LogitsOptions): Promise<TextScores>;
  /** Tokens of texts given as for `logits`, a row. Absent where they are counted elsewhere. */
  countTokens?(texts: readonly (readonly string[])[]): Int32Array;
  /**
   * Of an endpoint: notes what the rows of shards would cost, texts given as for `logits`; sends nothing.
   * @throws Bert2dnnError ENDPOINT_BUDGET if it is beyond the budget; ENDPOINT_FAILED if the key is not set.
   */
  preview?(shards: AsyncIterable<string[][]>, progress: Progress): Promise<void>;
  release(): Promise<void>;
}

const DEFAULT_MAX_TOKENS = 128;
// The smallest limit under which a pair still has a token of each text: [CLS] a [SEP] b [SEP].
const SMALLEST_MAX_TOKENS = 5;

/**
 * Opens a teacher's folder: safetensors weights, or an ONNX model made elsewhere. Or the JSON file of an endpoint,
 * or a student's folder.
 * @throws Bert2dnnError FILE_MISSING, TEACHER_INVALID, TOKENIZER_INVALID, ENDPOINT_INVALID, each naming what is wrong.
 */
export async function loadTeacher(dir: string, options: LoadTeacherOptions = {}): Promise<Teacher> {
  if (await isEndpointFile(dir)) return openEndpoint(dir, options);
  if (await holdsStudent(dir)) return openStudentTeacher(dir, options);
  const { precision = 'f32' } = options;
  checkChoice(dir, options);
  const files = await findModelFiles(dir, options.onnxFile);
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
    embeddingSize: model.embeddingSize,
    numParameters: parts.numParameters,
    classes: statedClasses(extra),
    maxTokens,
    precision,
    fingerprint: await fingerprintTeacher(dir, files, options),
    logits: async (texts, scoreOptions) =>
      (await scoreTexts(parts, maxTokens, texts, scoreOptions)).logits,
    score: (texts, scoreOptions) => scoreTexts(parts, maxTokens, texts, scoreOptions),
    countTokens(texts) {
      const encoded = encodeTexts(texts, { tokenizer, maxTokens });
      return Int32Array.from({ length: encoded.numRows }, (_, row) => lengthOfRow(encoded, row));
    },
    release: () => model.release(),
  };
}

function checkChoice(dir: string, { precision, onnxFile, embeddings }: LoadTeacherOptions): void {
  if (precision !== 'int8' || (onnxFile === undefined && embeddings === undefined)) return;
  const [other, hint] =
    onnxFile === undefined
      ? ['embeddings', 'Vectors are made in float32: leave out --precision int8.']
      : [`the ONNX file ${onnxFile}`, 'The file has the precision that it has: name one of both.'];
  throw new Bert2dnnError(
    'USAGE',
    `${dir}: got precision int8 and ${other}, expected one of them`,
    {
      hint,
    },
  );
}

async function scoreTexts(
  { model, tokenizer }: TeacherParts,
  maxTokens: number,
  texts: readonly (readonly string[])[],
  options: LogitsOptions = {},
): Promise<TextScores> {
  const encoded = encodeTexts(texts, { tokenizer, maxTokens });
  const values = await scoreTokens(model, encoded, { padId: tokenizer.padId, ...options });
  const { numOutputs: C, embeddingSize: D } = model;
  if (D === undefined) return { logits: values, embeddings: undefined };
  const N = encoded.numRows;
  const logits = new Float32Array(N * C);
  const embeddings = new Float32Array(N * D);
  for (let row = 0; row < N; row++) {
    const start = row * (C + D);
    logits.set(values.subarray(start, start + C), row * C);
    embeddings.set(values.subarray(start + C, start + C + D), row * D);
  }
  return { logits, embeddings };
}

interface TeacherParts {
  model: BatchModel;
  tokenizer: Tokenizer;
  extra: FolderExtra | undefined;
  /** Length of the position table, where it is known. */
  maxPositions: number | undefined;
  numParameters: number | undefined;
}

async function openNative(
  dir: string,
  { quantized }: ModelFiles,
  { precision, threads = 1, embeddings }: LoadTeacherOptions,
): Promise<TeacherParts> {
  const { config, tokenizer, weights, extra } = await openModelFolder(dir);
  const hasHead = weights.hasHead && weights.hasPooler;
  if (!hasHead && embeddings === undefined) {
    throw new Bert2dnnError(
      'TEACHER_INVALID',
      `${dir}: the model has no classification head, expected ${config.family.classifierArchitecture}`,
      {
        hint: `Train one first: bert2dnn finetune --model ${dir} ... Or take its vectors: score --embeddings.`,
      },
    );
  }
  const { encoder, numOutputs } = config;
  const source = { encoder, numOutputs, parameters: weights.parameters };
  const model =
    precision === 'int8'
      ? await openOnnxModel(quantized ?? encodeQuantized(source), { threads })
      : await openEncoderModel({
          ...source,
          threads,
          pooling: embeddings && (embeddings.pooling ?? 'mean'),
          hasLogits: hasHead && embeddings?.only !== true,
        });
  const numParameters = countParameters(encoder, numOutputs);
  return { model, tokenizer, extra, maxPositions: encoder.maxPositions, numParameters };
}

async function openForeign(
  dir: string,
  { onnx, quantized }: ModelFiles,
  { precision = 'f32', threads = 1, embeddings }: LoadTeacherOptions,
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
  const stated = await readStatedSizes(dir);
  const model = await openOnnxModel(file, {
    threads,
    embeddings,
    positionOffset: stated.positionOffset,
  });
  return { model, tokenizer, extra, ...stated };
}

/** What a foreign folder's config.json says, where there is one and as far as it is known here. */
interface StatedSizes {
  maxPositions: number | undefined;
  numParameters: number | undefined;
  /** Position of a row's first token. */
  positionOffset: number;
}

async function readStatedSizes(dir: string): Promise<StatedSizes> {
  const path = join(dir, 'config.json');
  if (!(await isFile(path))) {
    return { maxPositions: undefined, numParameters: undefined, positionOffset: 0 };
  }
  const json = await readJson(path);
  try {
    const { encoder, numOutputs } = readTeacherConfig(json, path);
    const { maxPositions, positionOffset } = encoder;
    return { maxPositions, positionOffset, numParameters: countParameters(encoder, numOutputs) };
  } catch {
    // A family that is not known here: the ONNX file need not be one that we could compute.
    return { maxPositions: statedMaxPositions(json), numParameters: undefined, positionOffset: 0 };
  }
}

function countParameters(encoder: EncoderConfig, numOutputs: number): number {
  let sum = 0;
  for (const [place, shape] of parameterShapes(encoder, numOutputs)) {
    if (place.startsWith('embeddings.') && !place.includes('project')) continue;
    sum += shape.reduce((product, dim) => product * dim, 1);
  }
  return sum;
}

function chooseMaxTokens(parts: TeacherParts, options: LoadTeacherOptions): number {
  const { extra, tokenizer, maxPositions = Number.POSITIVE_INFINITY } = parts;
  const wanted = options.maxTokens ?? extra?.maxTokens ?? tokenizer.maxTokens ?? DEFAULT_MAX_TOKENS;
  return Math.max(SMALLEST_MAX_TOKENS, Math.min(wanted, maxPositions));
}
