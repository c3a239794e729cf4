// The files of a teacher's folder: which model is there, and the fingerprint of all that decides its scores.
// Opens no model.
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Bert2dnnError } from '../foundation/errors.js';
import { fingerprintFile, fingerprintJson, type Json } from '../foundation/fingerprint.js';
import { CODE_VERSION } from '../foundation/version.js';
import { type Precision, QUANTIZED_PLACE } from './quantized-model.js';

/** Model files of a folder. */
export interface ModelFiles {
  /** Whether there are safetensors weights, which come before ONNX files unless one is named. */
  hasWeights: boolean;
  /** Paths, where there is such a file. */
  onnx: string | undefined;
  quantized: string | undefined;
}

/**
 * Finds the model files of a folder; `onnxFile` names one that stands for all others.
 * @throws Bert2dnnError FILE_MISSING for an `onnxFile` that is not there.
 */
export async function findModelFiles(dir: string, onnxFile?: string): Promise<ModelFiles> {
  const { folder, file } = QUANTIZED_PLACE;
  const find = async (...names: string[]): Promise<string | undefined> => {
    for (const name of names) if (await isFile(join(dir, name))) return join(dir, name);
    return undefined;
  };
  if (onnxFile !== undefined) {
    const onnx = await find(onnxFile, join(folder, onnxFile));
    if (onnx === undefined) throw await missingFile(dir, onnxFile);
    return { hasWeights: false, onnx, quantized: undefined };
  }
  return {
    hasWeights: (await find('model.safetensors', 'model.safetensors.index.json')) !== undefined,
    onnx: await find('model.onnx', join(folder, 'model.onnx')),
    quantized: await find(join(folder, file), file),
  };
}

async function missingFile(dir: string, onnxFile: string): Promise<Bert2dnnError> {
  const inFolder = async (folder: string): Promise<string[]> => {
    const names = await readdir(join(dir, folder)).catch(() => []);
    return names.filter((name) => name.endsWith('.onnx')).map((name) => join(folder, name));
  };
  const there = [...(await inFolder('.')), ...(await inFolder(QUANTIZED_PLACE.folder))].sort();
  return new Bert2dnnError(
    'FILE_MISSING',
    `${join(dir, onnxFile)}: no such file, ${there.length === 0 ? 'the folder has no ONNX file' : `expected one of ${there.join(', ')}`}`,
  );
}

const FINGERPRINTED = [
  'config.json',
  'tokenizer.json',
  'bert2dnn.json',
  'model.safetensors',
  'model.safetensors.index.json',
];

/** What, beside the files, decides the scores of a folder. */
export interface FingerprintOptions {
  precision?: Precision;
  onnxFile?: string;
  embeddings?: { pooling?: string; only?: boolean };
}

/** Fingerprint of configuration, tokenizer, weights and options. */
export async function fingerprintTeacher(
  dir: string,
  files: ModelFiles,
  { precision = 'f32', onnxFile, embeddings }: FingerprintOptions,
): Promise<string> {
  const parts: [string, Json][] = [];
  const add = async (name: string, path: string): Promise<void> => {
    if (await isFile(path)) parts.push([name, await fingerprintFile(path)]);
  };
  const names = onnxFile === undefined ? FINGERPRINTED : FINGERPRINTED.slice(0, 3);
  for (const name of names) await add(name, join(dir, name));
  if (precision === 'f32' && !files.hasWeights) await addOnnx('model.onnx', files.onnx!, add);
  if (precision === 'int8') {
    // Without a file the model is made from the weights, and how that is done belongs to the version of the code.
    parts.push(['precision', files.quantized === undefined ? `int8 ${CODE_VERSION}` : 'int8']);
    if (files.quantized !== undefined) await addOnnx(QUANTIZED_PLACE.file, files.quantized, add);
  }
  if (embeddings !== undefined) {
    const { pooling = 'default', only = false } = embeddings;
    parts.push(['embeddings', { pooling, only }]);
  }
  return fingerprintJson(parts);
}

/** An ONNX file and what it keeps outside: `model.onnx_data`, `model.onnx.data`, `model.onnx_data_1` and so on. */
async function addOnnx(
  name: string,
  path: string,
  add: (name: string, path: string) => Promise<void>,
): Promise<void> {
  await add(name, path);
  const beside = (await readdir(dirname(path))).sort();
  for (const other of beside) {
    const rest = other.startsWith(basename(path)) ? other.slice(basename(path).length) : '';
    if (/^[._]data/.test(rest)) await add(`${name}${rest}`, join(dirname(path), other));
  }
}

/** Whether there is a file at a path. */
export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
