// Python's transformers opens what we write, of every family: the same ids, the same logits, no tensor missing or too
// many. Needs a Python with transformers and torch (python.ts); its onnxruntime joins in where it is there.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Session } from '@bert2dnn/autodiff';
import { readSafetensors, type TensorToWrite, writeSafetensors } from '@bert2dnn/student';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExampleColumns, openExamples } from '../../src/data/index.js';
import { encodeTexts, padBatch } from '../../src/teacher/encoded-texts.js';
import { pickInputs } from '../../src/teacher/encoder-body.js';
import { finetune } from '../../src/teacher/finetune.js';
import { buildMaskedLanguageModel } from '../../src/teacher/masked-language-model.js';
import { openModelFolder, openTokenizer } from '../../src/teacher/model-folder.js';
import { pretrain } from '../../src/teacher/pretrain.js';
import { loadTeacher } from '../../src/teacher/teacher.js';
import { hasPeers, type PeerReply, PythonPeer, peersNote } from './python.js';

const golden = (name: string): string =>
  fileURLToPath(new URL(`../golden/${name}`, import.meta.url));

/** Rows of one word piece a letter: tiny tokenizers know letters, and the tiny BPE nothing else. */
const ROWS: [string, string][] = [
  ['the cat', 'abc def'],
  ['x', ''],
  ['a dog barks', 'the dog the dog'],
  ['cat', 'abcdefghijklmnop'],
];
/** Rows with accents, other scripts and what looks like a special token. */
const WILD_ROWS: [string, string][] = [
  ['red shoe', 'Red running shoe, size 42'],
  ['Käse-Reibe', 'unknown wörds 日本 😀 [SEP] <mask> here'],
  [
    'a very long query about a red wool shoe',
    'and a title that goes on and on beyond what fits in it',
  ],
];
const CLEAN = { missing_keys: [], unexpected_keys: [], mismatched_keys: [] };

let work: string;
let peer: PythonPeer;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'peers-'));
  if (hasPeers) peer = new PythonPeer();
});
afterAll(async () => {
  if (hasPeers) peer.stop();
  await rm(work, { recursive: true });
});

async function writeRows(name: string, header: string, lines: string[]): Promise<string> {
  const file = join(work, name);
  await writeFile(file, `${header}\n${lines.join('\n')}\n`);
  return file;
}

/** Fine-tunes one epoch on a toy task of pairs and gives the folder that was written. */
async function finetuneFrom(model: string, out: string, classes?: string[]): Promise<string> {
  const labels = classes ?? ['0', '1'];
  const lines = Array.from({ length: 120 }, (_, row) =>
    row % 2 === 0 ? `the cat\tcat abc\t${labels.at(-1)}` : `the cat\tdog xyz\t${labels[0]}`,
  );
  const file = await writeRows(`${out}.tsv`, 'query\ttitle\tlabel', lines);
  const columns: ExampleColumns = classes === undefined ? {} : { classes };
  const set = await openExamples([file], columns, { label: true });
  const tiny = { hiddenSize: 32, numHeads: 2, numLayers: 2 };
  const folder = join(work, out);
  await finetune({ model, tiny, train: set, dev: set, out: folder, epochs: 1, threads: 1 });
  return folder;
}

function expectNear(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(got.length).toBe(expected.length);
  const worst = Array.from(got).reduce(
    (most, value, index) => Math.max(most, Math.abs(value - expected[index])),
    0,
  );
  expect(worst).toBeLessThanOrEqual(tolerance);
}

async function expectSameIds(
  folder: string,
  rows: readonly (readonly string[])[],
  { ids }: Pick<PeerReply, 'ids'>,
  maxTokens: number,
): Promise<void> {
  const tokenizer = await openTokenizer(folder);
  const ours = rows.map(([first, second]) => tokenizer.encode(first, second, maxTokens).ids);
  expect(ours).toEqual(ids);
}

/** Python's ids and logits of a classifier's folder against ours, in float32 and int8. */
async function expectSameClassifier(folder: string, rows: [string, string][], maxTokens: number) {
  const reply = await peer.ask({ folder, kind: 'classifier', maxTokens, rows });
  expect([reply.loading, reply.warnings]).toEqual([CLEAN, []]);
  await expectSameIds(folder, rows, reply, maxTokens);
  const texts = [rows.map(([first]) => first), rows.map(([, second]) => second)];
  const teacher = await loadTeacher(folder, { maxTokens });
  const logits = await teacher.logits(texts);
  await teacher.release();
  expectNear(logits, reply.logits.flat(), 1e-4);
  if (reply.onnx !== null) expectNear(reply.onnx.flat(), logits, 1e-4);
  if (reply.int8 !== null) {
    const int8 = await loadTeacher(folder, { maxTokens, precision: 'int8' });
    // Activations are rounded to 256 steps: where two runtimes differ in the last bit, a step may differ.
    expectNear(await int8.logits(texts), reply.int8.flat(), 1e-3);
    await int8.release();
  }
  return reply;
}

/** The tiny XLM-RoBERTa with a Unigram tokenizer of its 59 ids, the only kind that its Python class knows. */
async function copyWithUnigram(): Promise<string> {
  const folder = join(work, 'xlm-roberta-start');
  await cp(golden('families/xlm-roberta'), folder, { recursive: true });
  const special = ['<s>', '<pad>', '</s>', '<unk>'];
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(97 + index));
  const pieces = ['▁', ...letters, ...letters.map((letter) => `▁${letter}`), 'he'];
  const full = JSON.parse(gunzipSync(await readFile(golden(UNIGRAM))).toString());
  const vocab = [
    ...special.map((token) => [token, 0]),
    ...pieces.map((piece, index) => [piece, -2 - index / 100]),
    ['<mask>', 0],
  ];
  const added_tokens = full.added_tokens.map((token: { content: string }) => ({
    ...token,
    id: vocab.findIndex(([piece]) => piece === token.content),
  }));
  const small = { ...full, normalizer: null, added_tokens, model: { ...full.model, vocab } };
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(small));
  return folder;
}

const UNIGRAM = 'tokenizers/unigram-30k.json.gz';
const BPE = 'tokenizers/bpe-30k.json.gz';

describe.skipIf(!hasPeers)(`transformers opens fine-tuned folders${peersNote}`, () => {
  it('a tiny teacher from scratch', async () => {
    const folder = await finetuneFrom('tiny', 'scratch');
    const reply = await expectSameClassifier(folder, WILD_ROWS, 20);
    expect(reply).toMatchObject({
      model: 'BertForSequenceClassification',
      problem: 'multi_label_classification',
      labels: { 0: 'LABEL_0' },
    });
  });

  it('BERT with three classes', async () => {
    const classes = ['LABEL_0', 'LABEL_1', 'LABEL_2'];
    const folder = await finetuneFrom(golden('tiny-bert'), 'bert', classes);
    const reply = await expectSameClassifier(folder, WILD_ROWS, 16);
    expect(reply).toMatchObject({
      model: 'BertForSequenceClassification',
      problem: 'single_label_classification',
      labels: { 0: 'LABEL_0', 1: 'LABEL_1', 2: 'LABEL_2' },
    });
  });

  it.each([
    ['distilbert', 'DistilBertForSequenceClassification'],
    ['roberta', 'RobertaForSequenceClassification'],
    ['ernie', 'ErnieForSequenceClassification'],
    ['ernie-plain', 'ErnieForSequenceClassification'],
    ['electra', 'ElectraForSequenceClassification'],
  ])('%s', async (family, model) => {
    const folder = await finetuneFrom(golden(`families/${family}`), family);
    expect(await expectSameClassifier(folder, ROWS, 10)).toMatchObject({ model });
  });

  it('xlm-roberta, with a Unigram tokenizer', async () => {
    const folder = await finetuneFrom(await copyWithUnigram(), 'xlm-roberta');
    const model = 'XLMRobertaForSequenceClassification';
    expect(await expectSameClassifier(folder, ROWS, 10)).toMatchObject({ model });
  });
});

describe.skipIf(!hasPeers)(`transformers tells of a folder that is not whole${peersNote}`, () => {
  it('as the tests above would see it', async () => {
    const folder = await finetuneFrom(golden('tiny-bert'), 'incomplete');
    const file = join(folder, 'model.safetensors');
    const tensors: Record<string, TensorToWrite> = Object.fromEntries(
      readSafetensors(await readFile(file)).tensors,
    );
    tensors['bert.extra'] = tensors['classifier.bias'];
    delete tensors['classifier.bias'];
    await writeFile(file, writeSafetensors(tensors, { format: 'pt' }));
    const reply = await peer.ask({ folder, kind: 'classifier', maxTokens: 16, rows: ROWS });
    expect(reply.loading).toEqual({
      missing_keys: ['classifier.bias'],
      unexpected_keys: ['bert.extra'],
      mismatched_keys: [],
    });
    expect(reply.warnings.join()).toMatch(/classifier\.bias/);
  });
});

describe.skipIf(!hasPeers)(`transformers opens pretrained folders${peersNote}`, () => {
  it.each([
    ['from scratch', 'tiny', 'BertForMaskedLM'],
    ['BERT', 'families/bert-mlm', 'BertForMaskedLM'],
    ['DistilBERT', 'families/distilbert/masked-lm', 'DistilBertForMaskedLM'],
    ['RoBERTa', 'families/roberta/masked-lm', 'RobertaForMaskedLM'],
    ['ERNIE', 'families/ernie/masked-lm', 'ErnieForMaskedLM'],
    ['a classifier of BERT', 'tiny-bert', 'BertForMaskedLM'],
  ])('%s', async (name, source, architecture) => {
    const lines = Array.from({ length: 80 }, (_, row) => ['the cat', 'a dog barks'][row % 2]);
    const file = await writeRows(`${name}.tsv`, 'text', lines);
    const folder = join(work, `pretrained ${name}`);
    await pretrain({
      model: source === 'tiny' ? 'tiny' : golden(source),
      tiny: { hiddenSize: 32, numHeads: 2, numLayers: 2 },
      input: await openExamples([file]),
      out: folder,
      epochs: 1,
      threads: 1,
    });
    const rows = [['the cat'], ['x'], ['a dog barks']];
    const reply = await peer.ask<number[][]>({ folder, kind: 'masked-lm', maxTokens: 10, rows });
    expect(reply).toMatchObject({ model: architecture, loading: CLEAN, warnings: [] });
    await expectSameIds(folder, rows, reply, 10);
    for (const [row, scores] of (await vocabularyScores(folder, rows)).entries()) {
      expectNear(scores, reply.logits[row].flat(), 1e-4);
    }
  });
});

/** Scores [S * V] of every row by the folder's masked language model. */
async function vocabularyScores(folder: string, rows: string[][]): Promise<Float32Array[]> {
  const { config, tokenizer, weights } = await openModelFolder(folder, { head: 'masked-lm' });
  const { logits } = buildMaskedLanguageModel(config.encoder);
  const session = await Session.create({ logits }, { frozen: weights.parameters });
  const scores: Float32Array[] = [];
  for (const [text] of rows) {
    const encoded = encodeTexts([[text]], { tokenizer, maxTokens: 10 });
    const positions = Int32Array.from({ length: encoded.offsets[1] }, (_, index) => index);
    const feeds = pickInputs(config.encoder, padBatch(encoded, [0], tokenizer.padId));
    const masked_positions = { data: positions, shape: [positions.length] };
    scores.push((await session.run({ ...feeds, masked_positions }))['logits'].data);
  }
  await session.release();
  return scores;
}

describe.skipIf(!hasPeers)(`transformers' AutoTokenizer${peersNote}`, () => {
  const rows = [
    ...ROWS,
    ...WILD_ROWS,
    ['İstanbul ŞIK', 'Ǆ ﬁ ½ e\u0301'],
    ['tab\tnew\nline  two', ' '],
  ];

  it.each([
    ['roberta', BPE],
    ['xlm-roberta', UNIGRAM],
  ])('reads a full tokenizer of %s as we do', async (modelType, file) => {
    const folder = join(work, `tokenizer ${modelType}`);
    await cp(golden(`families/${modelType}/config.json`), join(folder, 'config.json'));
    const bytes = gunzipSync(await readFile(golden(file)));
    await writeFile(join(folder, 'tokenizer.json'), bytes);
    for (const maxTokens of [9, 64]) {
      const reply = await peer.ask({ folder, kind: 'tokenizer', maxTokens, rows });
      await expectSameIds(folder, rows, reply, maxTokens);
    }
  });
});
