// Writes the folder of a teacher or a pretrained encoder, as Hugging Face's tools open it. Opening is in model-folder.ts.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { emitOnnx } from '@bert2dnn/autodiff';
import { type TensorToWrite, writeSafetensors } from '@bert2dnn/student';
import { writeFileAtomically, writeJsonAtomically } from '../foundation/files.js';
import type { Json } from '../foundation/fingerprint.js';
import { type IsOurs, writeFolderAtomically } from '../foundation/folders.js';
import {
  describeClassifier,
  describeMaskedLanguageModel,
  type HeadDescription,
  type TeacherConfig,
} from './config.js';
import { buildEncoder } from './encoder.js';
import { describeExtra, EXTRA_FILE, type FolderExtra } from './folder-extra.js';
import { describeModelCard } from './model-card.js';
import { TOKENIZER_FILES } from './model-folder.js';
import { maskedLanguageModelShapes, type Parameters, parameterShapes } from './parameters.js';
import { encodeQuantized, QUANTIZED_PLACE } from './quantized-model.js';
import { tensorNames } from './weights.js';

const CARD_FILE = 'README.md';

const WRITTEN_FILES = [
  CARD_FILE,
  'config.json',
  'model.safetensors',
  'model.onnx',
  EXTRA_FILE,
  ...TOKENIZER_FILES,
];

/** Whether a folder is one that this file wrote, with nothing added: not a model made elsewhere. */
export const isTeacherFolder: IsOurs = async (names, folder) => {
  const { folder: inner, file } = QUANTIZED_PLACE;
  const isKnown = (name: string): boolean => WRITTEN_FILES.includes(name) || name === inner;
  if (!names.includes(EXTRA_FILE) || !names.every(isKnown)) return false;
  if (!names.includes(inner)) return true;
  const within = await readdir(join(folder, inner)).catch(() => [inner]);
  return within.every((name) => name === file);
};

/** What both kinds of folder are written from. */
export interface ModelContent {
  config: TeacherConfig;
  /** Values by place; those that the model does not have are left out. */
  parameters: Parameters;
  tokenizerFiles: Readonly<Record<string, string>>;
  extra: FolderExtra;
}

/** What a classifier's folder is written from. */
export interface ClassifierContent extends ModelContent {
  head: HeadDescription;
  /** The bytes of `encodeQuantized`, where they are known already. */
  quantized?: Uint8Array;
}

/**
 * Writes a folder that transformers' `AutoModelForSequenceClassification` opens, with ONNX models in float32 and int8
 * beside. It appears whole or not at all. @throws Bert2dnnError DISK_FULL, WRITE_FAILED.
 */
export async function saveClassifier(out: string, content: ClassifierContent): Promise<void> {
  const { head, parameters } = content;
  const numOutputs = head.labels.length;
  const config: TeacherConfig = { ...content.config, numOutputs };
  const { encoder } = config;
  const { folder: inner, file } = QUANTIZED_PLACE;
  await writeFolderAtomically(out, { isOurs: isTeacherFolder }, async (folder) => {
    const common = { folder, description: describeClassifier(config, head) };
    await writeCommonFiles(common, { ...content, config });
    // One file after the other, so that only one encoding is in memory beside the values.
    await writeFileAtomically(
      join(folder, 'model.safetensors'),
      encodeWeights(content, {
        names: tensorNames(config, { head: 'classifier', isPrefixed: true }),
        shapes: parameterShapes(encoder, numOutputs),
      }),
    );
    await writeFileAtomically(join(folder, 'model.onnx'), encodeOnnx(config, parameters));
    await writeFileAtomically(
      join(folder, inner, file),
      content.quantized ?? encodeQuantized({ encoder, numOutputs, parameters }),
    );
  });
}

/**
 * Writes a folder that transformers' `AutoModelForMaskedLM` opens, and `finetune` starts from. No ONNX model: nothing
 * is scored with it. It appears whole or not at all.
 * @throws Bert2dnnError TEACHER_INVALID for a family without such a head, DISK_FULL, WRITE_FAILED.
 */
export async function saveMaskedLanguageModel(out: string, content: ModelContent): Promise<void> {
  const { config } = content;
  const description = describeMaskedLanguageModel(config);
  await writeFolderAtomically(out, { isOurs: isTeacherFolder }, async (folder) => {
    await writeCommonFiles({ folder, description }, content);
    await writeFileAtomically(
      join(folder, 'model.safetensors'),
      encodeWeights(content, {
        names: tensorNames(config, { head: 'masked-lm', isPrefixed: true }),
        shapes: maskedLanguageModelShapes(config.encoder),
      }),
    );
  });
}

interface CommonFiles {
  folder: string;
  /** Content of config.json. */
  description: Record<string, Json>;
}

async function writeCommonFiles(
  { folder, description }: CommonFiles,
  { config, tokenizerFiles, extra }: ModelContent,
): Promise<void> {
  await writeJsonAtomically(join(folder, 'config.json'), description);
  for (const [name, text] of Object.entries(tokenizerFiles)) {
    await writeFileAtomically(join(folder, name), text);
  }
  await writeJsonAtomically(join(folder, EXTRA_FILE), describeExtra(extra));
  const card = describeModelCard({ config, description, extra });
  await writeFileAtomically(join(folder, CARD_FILE), card);
}

interface Naming {
  names: ReadonlyMap<string, string>;
  shapes: ReadonlyMap<string, number[]>;
}

function encodeWeights({ parameters }: ModelContent, { names, shapes }: Naming): Uint8Array {
  const tensors: Record<string, TensorToWrite> = {};
  for (const [place, name] of names) {
    tensors[name] = { dtype: 'F32', shape: shapes.get(place)!, data: parameters[place] };
  }
  return writeSafetensors(tensors, { format: 'pt' });
}

/** The classifier as ONNX with int64 inputs, as Hugging Face's exporters write it; output `logits`. */
function encodeOnnx(config: TeacherConfig, parameters: Parameters): Uint8Array {
  const { logits } = buildEncoder(config.encoder, config.numOutputs);
  return emitOnnx({ logits }, { frozen: parameters, castInputsToInt64: true, portable: true });
}
