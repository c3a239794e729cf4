// Latency from text to score, one thread: students beside teachers of well-known shapes with random weights, on pairs of
// the generated shop. Weights do not matter for time; text lengths do, and are stated.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { distill, measureLatency, openExamples, openScorer, readExamples, shop } from 'bert2dnn';
import { saveClassifier } from '../packages/bert2dnn/dist/teacher/save-folder.js';
import { completeParameters } from '../packages/bert2dnn/dist/teacher/start-model.js';
import { createTinyModel } from '../packages/bert2dnn/dist/teacher/tiny.js';
import { printTable } from './measure.mjs';

const TEACHERS = {
  'BERT-Base shape': { numLayers: 12, hiddenSize: 768, numHeads: 12, intermediateSize: 3072 },
  'MiniLM-L6 shape': { numLayers: 6, hiddenSize: 384, numHeads: 12, intermediateSize: 1536 },
  'TinyBERT-4 shape': { numLayers: 4, hiddenSize: 312, numHeads: 12, intermediateSize: 1200 },
};
const STUDENTS = {
  'student, MLP 1024-512-128-64': { hiddenLayers: [1024, 512, 128, 64] },
  'student, MLP 256-64': { hiddenLayers: [256, 64] },
};
const COLUMNS = { fields: { query: 'query', title: 'title' } };

/** A teacher folder with random weights. */
async function writeTeacher(folder, texts, options) {
  const start = createTinyModel({ texts, seed: 1, options: { ...options, vocabularySize: 4000 } });
  const { parameters } = completeParameters(start.parameters, {
    encoder: start.config.encoder,
    numOutputs: 1,
    seed: 1,
  });
  await saveClassifier(folder, {
    config: start.config,
    head: { labels: ['LABEL_0'], problemType: 'multi_label_classification' },
    parameters,
    tokenizerFiles: start.tokenizerFiles,
    extra: {
      fields: ['query', 'title'],
      maxTokens: 64,
      task: { kind: 'graded', labelRange: [0, 1] },
      training: {},
      metrics: {},
    },
  });
}

/** Runs the benchmark. */
export async function run() {
  const work = await mkdtemp(join(tmpdir(), 'bert2dnn-latency-'));
  try {
    const files = await shop({
      out: join(work, 'shop'),
      products: 3000,
      queries: 1500,
      logRows: 1000,
    });
    const columns = { ...COLUMNS, label: 'grade', labelRange: [1, 4] };
    const labels = await openExamples([files.labels], columns, { label: true });
    const texts = [[], []];
    for await (const { fields } of readExamples(labels)) {
      fields.forEach((values, field) => void texts[field].push(...values));
    }
    const numWords = texts.flat().reduce((sum, text) => sum + text.split(' ').length, 0);
    console.log(
      `${texts[0].length} pairs, ${(numWords / texts[0].length).toFixed(1)} words each; one thread\n`,
    );
    const folders = {};
    for (const [name, options] of Object.entries(STUDENTS)) {
      folders[name] = join(work, `student-${options.hiddenLayers.length}`);
      await distill({
        input: [files.labels],
        ...columns,
        epochs: 1,
        ...options,
        out: folders[name],
      });
    }
    for (const [name, options] of Object.entries(TEACHERS)) {
      folders[name] = join(work, `teacher-${options.hiddenSize}`);
      await writeTeacher(folders[name], texts.flat(), options);
    }
    const rows = [];
    for (const [name, folder] of Object.entries(folders)) {
      const scorer = await openScorer(folder, { threads: 1 });
      const { single, batch } = await measureLatency(scorer, texts, { maxSeconds: 5 });
      await scorer.release();
      rows.push({ name, single, batch });
    }
    const slowest = rows.find((row) => row.name === 'BERT-Base shape');
    const format = (ms) => (ms < 1 ? `${(ms * 1000).toFixed(0)} µs` : `${ms.toFixed(1)} ms`);
    printTable(
      [
        'model',
        'one pair p50',
        'p99',
        'in batches of 128, a pair',
        'times as fast as BERT-Base, one pair',
      ],
      rows.map(({ name, single, batch }) => [
        name,
        format(single.p50Ms),
        format(single.p99Ms),
        format(batch.p50Ms),
        (slowest.single.p50Ms / single.p50Ms).toFixed(0),
      ]),
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
