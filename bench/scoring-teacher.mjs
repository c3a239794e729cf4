// What the benchmarks of scoring share: teacher folders of known shapes with random weights, and files of pairs with the
// lengths of real ones. Weights do not matter for time; shapes and lengths do.
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createRandom } from '../packages/bert2dnn/dist/foundation/random.js';
import { readTeacherConfig } from '../packages/bert2dnn/dist/teacher/config.js';
import { saveClassifier } from '../packages/bert2dnn/dist/teacher/save-folder.js';
import { completeParameters } from '../packages/bert2dnn/dist/teacher/start-model.js';
import { createTinyModel } from '../packages/bert2dnn/dist/teacher/tiny.js';

export const SHAPES = {
  'MiniLM-L6': { layers: 6, width: 384, heads: 12, inner: 1536 },
  'BERT-base': { layers: 12, width: 768, heads: 12, inner: 3072 },
  small: { layers: 1, width: 32, heads: 2, inner: 64 },
};
export const MAX_TOKENS = 128;

/**
 * Search pairs [query, title]: those of BERT2DNN_SHARED, or made ones of 1 to 5 and 4 to 20 words. Where more are wanted
 * than there are, they come again.
 */
export function searchPairs(numRows) {
  const pairs = realPairs() ?? madePairs(20_000);
  return Array.from({ length: numRows }, (_, row) => pairs[row % pairs.length]);
}

function realPairs() {
  const shared = process.env.BERT2DNN_SHARED;
  if (shared === undefined) return undefined;
  const content = gunzipSync(readFileSync(join(shared, 'data/search/homedepot.tsv.gz')));
  const lines = content.toString().trimEnd().split('\n').slice(1);
  return lines.map((line) => line.split('\t').slice(0, 2));
}

function madePairs(numRows) {
  const random = createRandom(1, 'pairs');
  const syllables = ['an', 'ber', 'cor', 'dil', 'ef', 'gam', 'hul', 'ix', 'jo', 'kra', 'lum', 'mi'];
  const word = () =>
    Array.from({ length: 1 + random.nextInt(3) }, () => syllables[random.nextInt(12)]).join('');
  const words = (least, most) =>
    Array.from({ length: least + random.nextInt(most - least + 1) }, word).join(' ');
  return Array.from({ length: numRows }, () => [words(1, 5), words(4, 20)]);
}

/** Writes pairs as TSV. */
export async function writePairs(path, pairs) {
  await writeFile(path, `query\ttitle\n${pairs.map((pair) => `${pair.join('\t')}\n`).join('')}`);
}

/** Writes a teacher of a shape as a folder; the tokenizer is that of BERT2DNN_SHARED or one of the pairs' words. */
export async function writeTeacher(folder, name, pairs) {
  const { layers, width, heads, inner } = SHAPES[name];
  const { tokenizerFiles, vocabularySize } = openTokenizerFiles(pairs);
  const config = readTeacherConfig(
    {
      model_type: 'bert',
      vocab_size: vocabularySize,
      hidden_size: width,
      num_hidden_layers: layers,
      num_attention_heads: heads,
      intermediate_size: inner,
      max_position_embeddings: 512,
      num_labels: 1,
    },
    name,
  );
  const { parameters } = completeParameters(
    {},
    { encoder: config.encoder, numOutputs: 1, seed: 1 },
  );
  await saveClassifier(folder, {
    config,
    head: { labels: ['LABEL_0'], problemType: 'multi_label_classification' },
    parameters,
    tokenizerFiles,
    extra: {
      fields: ['query', 'title'],
      maxTokens: MAX_TOKENS,
      task: { kind: 'graded', labelRange: [0, 1] },
      training: {},
      metrics: {},
    },
  });
}

function openTokenizerFiles(pairs) {
  const shared = process.env.BERT2DNN_SHARED;
  if (shared === undefined) {
    const { tokenizerFiles, config } = createTinyModel({ texts: pairs.flat(), seed: 1 });
    return { tokenizerFiles, vocabularySize: config.encoder.vocabularySize };
  }
  const json = readFileSync(join(shared, 'data/vocab/tokenizer.json'), 'utf8');
  const vocabularySize = Object.keys(JSON.parse(json).model.vocab).length;
  return { tokenizerFiles: { 'tokenizer.json': json }, vocabularySize };
}
