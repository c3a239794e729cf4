// Opens Hugging Face model folders: config.json, tokenizer.json, model.safetensors. Writing one is in save-folder.ts.
import { join } from 'node:path';
import { Bert2dnnError } from '../foundation/errors.js';
import { readJson } from '../foundation/files.js';
import { readTeacherConfig, requireMaskedLm, type TeacherConfig } from './config.js';
import { readsTypes } from './encoder-body.js';
import type { HeadKind } from './family.js';
import { checkFolderExtra, EXTRA_FILE, type FolderExtra } from './folder-extra.js';
import { readFolderTensors, readOptional } from './folder-tensors.js';
import { Tokenizer } from './tokenizer/tokenizer.js';
import { describeTokenizerConfig, type NamedTokens } from './tokenizer/tokenizer-config.js';
import { type PlacedWeights, placeWeights } from './weights.js';

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

const TOKENIZER_CONFIG = 'tokenizer_config.json';

/** Files of a tokenizer that are kept beside the weights. */
export const TOKENIZER_FILES: readonly string[] = [
  'tokenizer.json',
  TOKENIZER_CONFIG,
  'vocab.txt',
  'special_tokens_map.json',
];

/** Options of `openModelFolder`. */
export interface OpenModelOptions {
  /** What the model is to be. `masked-lm` refuses one that cannot be a masked language model. Default `classifier`. */
  head?: HeadKind;
}

/**
 * Reads a folder with safetensors weights, in one file or sharded.
 * @throws Bert2dnnError FILE_MISSING, TEACHER_INVALID, TOKENIZER_INVALID naming file, member or tensor.
 */
export async function openModelFolder(
  folder: string,
  { head = 'classifier' }: OpenModelOptions = {},
): Promise<ModelFolder> {
  const configPath = join(folder, 'config.json');
  const config = readTeacherConfig(await readJson(configPath), configPath);
  if (head === 'masked-lm') requireMaskedLm(config, configPath);
  const tokenizer = await openTokenizer(folder);
  checkVocabulary(folder, tokenizer, config.encoder.vocabularySize);
  checkSegments(folder, tokenizer, config);
  const { file, tensors } = await readFolderTensors(folder);
  return {
    folder,
    config,
    tokenizer,
    tokenizerFiles: await readTokenizerFiles(folder, tokenizer, readsTypes(config.encoder)),
    weights: placeWeights(tensors, config, { file, head }),
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

/** Refuses a tokenizer with segments beyond the type table, where the encoder reads it. */
function checkSegments(folder: string, tokenizer: Tokenizer, { encoder }: TeacherConfig): void {
  if (!readsTypes(encoder) || tokenizer.numSegments <= encoder.numTypes) return;
  throw new Bert2dnnError(
    'TEACHER_INVALID',
    `${folder}: tokenizer.json has segment ${tokenizer.numSegments - 1}, config.json a "type_vocab_size" of ${encoder.numTypes}`,
    { hint: 'The two files belong to different models.' },
  );
}

/** The files as they are; what transformers needs beside tokenizer.json is made where it is missing. */
async function readTokenizerFiles(
  folder: string,
  tokenizer: Tokenizer,
  hasTypes: boolean,
): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of TOKENIZER_FILES) {
    const content = await readOptional(join(folder, name));
    if (content !== undefined) files[name] = new TextDecoder().decode(content);
  }
  if (files[TOKENIZER_CONFIG] === undefined) {
    const json = JSON.parse(files['tokenizer.json']) as NamedTokens;
    const config = describeTokenizerConfig(tokenizer, json, hasTypes);
    files[TOKENIZER_CONFIG] = `${JSON.stringify(config, null, 2)}\n`;
  }
  return files;
}
