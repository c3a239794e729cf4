// SST-2: a MiniLM teacher distilled into n-gram students. See README.md beside this file for the table and the command.
// Resumable: every stage is skipped when it is fresh, scoring goes on at the shard where it was cut off.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  createProgress,
  measureLatency,
  openExamples,
  openScorer,
  readExamples,
  run,
} from 'bert2dnn';
import { writeJsonAtomically } from '../../packages/bert2dnn/dist/foundation/files.js';
import { writePhrases, writeSentences } from './sentences.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const TEMPERATURES = [1, 2, 4];

const { values: options } = parseArgs({
  options: {
    shared: { type: 'string', default: process.env.BERT2DNN_SHARED },
    work: { type: 'string', default: join(HERE, 'work') },
    sentences: { type: 'string', default: '250000' },
  },
});
if (options.shared === undefined) {
  console.error(
    'usage: node experiments/sst2/run.mjs --shared DIR   (the folder with data/ and teachers/)',
  );
  process.exit(2);
}
const shared = resolve(options.shared);
const work = resolve(options.work);
const teacher = join(shared, 'teachers', 'minilm-l6-sst2');
const [phrases, sentences, dev] = ['phrases', 'sentences', 'dev'].map((name) =>
  join(work, `${name}.tsv`),
);

if (!existsSync(phrases) || !existsSync(dev)) await writePhrases(shared, work);
if (!existsSync(sentences)) {
  const counts = await writeSentences(shared, work, { limit: Number(options.sentences) });
  console.log(`${counts.drawn} of ${counts.found} distinct sentences drawn`);
}

/** The students: what each learns from. No dev set is given, so that nothing is chosen by what is measured. */
const structure = { verb: 'distill', text: 'text', preset: 'bag', ngrams: 3, epochs: 3 };
const all = [phrases, sentences];
const students = {
  'hard-labels': { ...structure, input: [phrases], label: 'label' },
  'phrases-t1': { ...structure, input: [phrases], labels: '@labels-t1' },
  ...Object.fromEntries(
    TEMPERATURES.map((T) => [`soft-t${T}`, { ...structure, input: all, labels: `@labels-t${T}` }]),
  ),
  'margin-t1': { ...structure, input: all, labels: '@labels-t1', loss: 'margin-mse' },
};

const stages = {
  scores: { verb: 'score', teacher, input: all, text: 'text', shardRows: 8192 },
  ...Object.fromEntries(
    TEMPERATURES.map((T) => [
      `labels-t${T}`,
      { verb: 'stack', scores: ['@scores'], temperature: T },
    ]),
  ),
  ...students,
  'teacher-gold': { verb: 'evaluate', model: teacher, input: [dev], text: 'text', label: 'label' },
  ...Object.fromEntries(
    Object.keys(students).map((name) => [
      `${name}-gold`,
      { verb: 'evaluate', model: `@${name}`, teacher, input: [dev], text: 'text', label: 'label' },
    ]),
  ),
};
const config = join(work, 'config.json');
await writeJsonAtomically(config, { out: '.', seed: 1, stages });
const { stages: outcomes } = await run({ config }, { progress: createProgress() });
const outcomeOf = (name) => outcomes.find((outcome) => outcome.stage === name);

const texts = [];
const devSet = await openExamples([dev], { fields: { text: 'text' } });
for await (const batch of readExamples(devSet)) texts.push(...batch.fields[0]);

async function latencyOf(folder) {
  const scorer = await openScorer(folder, { threads: 1 });
  const latency = await measureLatency(scorer, [texts]);
  await scorer.release();
  return latency;
}

const duration = (ms) => (ms < 1 ? `${(ms * 1000).toPrecision(3)} µs` : `${ms.toPrecision(3)} ms`);
const interval = ({ value, low, high }) =>
  `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
const lines = [
  `${new Date().toISOString().slice(0, 10)}, ${cpus()[0].model} x ${cpus().length}, Node ${process.version}; ${outcomeOf('scores').result.numRows} texts scored`,
  '',
  '| model | accuracy on dev | AUC | agreement with the teacher | retention of accuracy | training | size | single text p50 | in batches of 128 |',
  '|---|---|---|---|---|---|---|---|---|',
];
const results = [];
for (const [name, folder] of [
  ['teacher', teacher],
  ...Object.keys(students).map((key) => [key, join(work, key)]),
]) {
  const evaluation = outcomeOf(`${name}-gold`).result;
  const training = outcomeOf(name);
  const latency = await latencyOf(folder);
  results.push({
    name,
    evaluation,
    training: training?.result,
    seconds: training?.seconds,
    latency,
  });
  const size =
    training === undefined
      ? (await readFile(join(folder, 'model.safetensors'))).length
      : training.result.sizeBytes;
  lines.push(
    `| ${[
      name,
      interval(evaluation.gold.accuracy),
      interval(evaluation.gold.auc),
      evaluation.agreement === undefined ? '' : evaluation.agreement.accuracy.value.toFixed(3),
      evaluation.retention === undefined ? '' : interval(evaluation.retention.accuracy),
      training === undefined ? '' : `${Math.round(training.seconds)} s`,
      `${(size / 1e6).toFixed(1)} MB`,
      duration(latency.single.p50Ms),
      duration(latency.batch.p50Ms),
    ].join(' | ')} |`,
  );
}
await writeJsonAtomically(join(work, 'results.json'), results);
console.log(lines.join('\n'));
