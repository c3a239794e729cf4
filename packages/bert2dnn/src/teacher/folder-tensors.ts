// The tensors of a model folder: one safetensors file, or several with an index. Knows no family.
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readSafetensors, type SafetensorsTensor } from '@bert2dnn/student';
import { Bert2dnnError } from '../foundation/errors.js';
import { readJson } from '../foundation/files.js';

/** Tensors by name, as views of the files' bytes. */
export interface FolderTensors {
  /** The file that errors name: the weights, or the index of their shards. */
  file: string;
  tensors: Map<string, SafetensorsTensor>;
}

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/**
 * Reads the weights of a folder; one file is taken before an index, as transformers does.
 * @throws Bert2dnnError FILE_MISSING without weights or with a shard missing, TEACHER_INVALID for pickled or damaged
 *   weights and for shards that are not what their index says.
 */
export async function readFolderTensors(folder: string): Promise<FolderTensors> {
  const single = join(folder, SINGLE);
  const bytes = await readOptional(single);
  if (bytes !== undefined) return { file: single, tensors: parseTensors(single, bytes) };
  const index = join(folder, INDEX);
  if ((await readOptional(index)) === undefined) throw await describeMissingWeights(folder);
  return { file: index, tensors: await readShards(folder, index) };
}

/** The bytes of a file, or `undefined` if there is none. @throws Bert2dnnError FILE_MISSING if it cannot be read. */
export async function readOptional(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Bert2dnnError('FILE_MISSING', `${path}: cannot be read (${cause})`, { cause });
  }
}

async function readShards(folder: string, index: string): Promise<FolderTensors['tensors']> {
  const shardOf = readWeightMap(await readJson(index), index);
  const tensors: FolderTensors['tensors'] = new Map();
  const foundIn = new Map<string, string>();
  for (const shard of new Set(Object.values(shardOf))) {
    const path = join(folder, shard);
    const bytes = await readOptional(path);
    if (bytes === undefined)
      throw new Bert2dnnError('FILE_MISSING', `${path}: named in ${index}, not there`);
    for (const [name, tensor] of parseTensors(path, bytes)) {
      const other = foundIn.get(name);
      if (other !== undefined) throw broken(index, `"${name}" is in ${other} and in ${shard}`);
      foundIn.set(name, shard);
      tensors.set(name, tensor);
    }
  }
  for (const [name, shard] of Object.entries(shardOf)) {
    const found = foundIn.get(name);
    if (found !== shard) {
      throw broken(index, `"${name}" is in ${found ?? 'no shard'}, expected in ${shard}`);
    }
  }
  return tensors;
}

/** Tensor name -> file name, checked. */
function readWeightMap(value: unknown, index: string): Record<string, string> {
  const map = (value as { weight_map?: unknown } | null)?.weight_map;
  const isMap = typeof map === 'object' && map !== null && Object.keys(map).length > 0;
  if (!isMap) throw broken(index, '"weight_map" is missing or empty');
  for (const [name, shard] of Object.entries(map)) {
    if (typeof shard === 'string' && shard.endsWith('.safetensors') && shard === basename(shard))
      continue;
    throw broken(
      index,
      `"${name}" is in ${JSON.stringify(shard)}, expected the name of a .safetensors file beside the index`,
    );
  }
  return map as Record<string, string>;
}

function broken(index: string, what: string): Bert2dnnError {
  return new Bert2dnnError('TEACHER_INVALID', `${index}: ${what}`, {
    hint: 'Index and shards do not belong together; copy or download the folder again.',
  });
}

function parseTensors(path: string, bytes: Uint8Array): Map<string, SafetensorsTensor> {
  try {
    return new Map(readSafetensors(bytes).tensors);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Bert2dnnError('TEACHER_INVALID', `${path}: ${reason}`, { cause });
  }
}

/** Weights of other formats, by name, with why they are not read and how transformers is told to read them. */
const OTHER_WEIGHTS: readonly { pattern: RegExp; reason: string; option: string }[] = [
  {
    pattern: /^pytorch_model(-\d+-of-\d+)?\.bin(\.index\.json)?$/,
    reason: 'pickled weights are refused because loading them runs code',
    option: '',
  },
  {
    pattern: /^tf_model(-\d+-of-\d+)?\.h5(\.index\.json)?$/,
    reason: 'weights of TensorFlow are not read',
    option: ', from_tf=True',
  },
  {
    pattern: /^flax_model(-\d+-of-\d+)?\.msgpack(\.index\.json)?$/,
    reason: 'weights of Flax are not read',
    option: ', from_flax=True',
  },
];

async function describeMissingWeights(folder: string): Promise<Bert2dnnError> {
  const names = (await readdir(folder).catch(() => [])).sort();
  for (const { pattern, reason, option } of OTHER_WEIGHTS) {
    const name = names.find((one) => pattern.test(one));
    if (name === undefined) continue;
    const load = `M.from_pretrained('${folder}'${option})`;
    // From release 5 on, transformers reads neither TensorFlow's nor Flax's weights.
    const release = option === '' ? 'Python' : 'Python with a release of transformers before 5';
    return new Bert2dnnError(
      'TEACHER_INVALID',
      `${join(folder, name)}: ${reason}, expected model.safetensors`,
      {
        hint: `Convert once in ${release}: from transformers import AutoModelForSequenceClassification as M; ${load}.save_pretrained('${folder}')`,
      },
    );
  }
  return new Bert2dnnError('FILE_MISSING', `${folder}: no model.safetensors there`, {
    hint: 'Give a Hugging Face folder with config.json, tokenizer.json and model.safetensors.',
  });
}
