// SST-2: a MiniLM teacher distilled into n-gram students. See README.md beside this file for the table and the command.
// Resumable: every stage is skipped when it is fresh, scoring goes on at the shard where it was cut off.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  createResultWriter,
  interval,
  printResults,
  readResults,
  runSeeds,
  runStages,
  stageOf,
  TRAINING_COLUMNS,
} from '../students.mjs';
import { writePhrases, writeSentences } from './sentences.mjs';
import { STUDENTS } from './students.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const RESULTS = join(HERE, 'results');

const { values: options } = parseArgs({
  options: {
    shared: { type: 'string', default: process.env.BERT2DNN_SHARED },
    work: { type: 'string', default: join(HERE, 'work') },
    sentences: { type: 'string', default: '1100000' },
    students: { type: 'string', default: Object.keys(STUDENTS).join(';') },
    seeds: { type: 'string', default: '1' },
    table: { type: 'boolean', default: false },
  },
});
if (options.shared === undefined && !options.table) {
  console.error(
    "usage: node experiments/sst2/run.mjs --shared DIR [--students 'NAME;...'] [--seeds 1,2] | --table",
  );
  process.exit(2);
}

/** Teacher, scores and soft labels: of the phrases alone, and of all texts. */
function teacherStages({ teacher, phrases, sentences, dev }) {
  const text = { text: 'text' };
  const scoring = { verb: 'score', teacher, ...text, precision: 'int8', forceInt8: true };
  return {
    'scores-phrases': { ...scoring, input: [phrases] },
    'scores-all': { ...scoring, input: [phrases, sentences] },
    'labels-phrases': { verb: 'stack', scores: ['@scores-phrases'] },
    'labels-all': { verb: 'stack', scores: ['@scores-all'] },
    'teacher-gold': { verb: 'evaluate', model: teacher, input: [dev], ...text, label: 'label' },
  };
}

function studentStages(work, names, { teacher, phrases, sentences, dev }) {
  const stages = {};
  for (const name of names) {
    const { from = 'all', ...settings } = STUDENTS[name];
    const source = {
      labels: { input: [phrases], label: 'label' },
      phrases: { input: [phrases], labels: join(work, 'labels-phrases') },
      all: {
        input: [phrases, sentences],
        labels: join(work, 'labels-all'),
        cache: join(work, 'features'),
      },
    }[from];
    const structure = { text: 'text', preset: 'bag', ngrams: 3, epochs: 3 };
    const stage = stageOf(name);
    stages[stage] = { verb: 'distill', ...source, ...structure, ...settings };
    stages[`${stage}-gold`] = {
      verb: 'evaluate',
      model: `@${stage}`,
      teacher,
      input: [dev],
      text: 'text',
      label: 'label',
    };
  }
  return stages;
}

async function runAll(shared, work) {
  await mkdir(work, { recursive: true });
  const file = (name) => join(work, `${name}.tsv`);
  const [phrases, sentences, dev] = ['phrases', 'sentences', 'dev'].map(file);
  if (!existsSync(phrases) || !existsSync(dev)) await writePhrases(shared, work);
  if (!existsSync(sentences)) {
    const counts = await writeSentences(shared, work, { limit: Number(options.sentences) });
    console.log(`${counts.drawn} of ${counts.found} distinct sentences drawn`);
  }
  const teacher = join(shared, 'teachers', 'minilm-l6-sst2');
  const place = { teacher, phrases, sentences, dev };
  const made = await runStages(work, { stages: teacherStages(place) });
  const write = await createResultWriter(RESULTS);
  const { numRows, rowsPerSecond, seconds, int8 } = made['scores-all'].result;
  const scoring = { numRows, rowsPerSecond, seconds, int8 };
  await write('teacher', { student: 'teacher', scoring, gold: made['teacher-gold'].result.gold });
  const names = options.students.split(';');
  const seeds = options.seeds.split(',').map(Number);
  const stages = studentStages(work, names, place);
  await runSeeds(work, { seeds, names, students: STUDENTS, stages, write });
}

if (!options.table) await runAll(resolve(options.shared), resolve(options.work));
printResults(await readResults(RESULTS, Object.keys(STUDENTS)), [
  ['model', ({ student }) => student],
  ['seed', ({ seed }) => seed],
  ['accuracy on dev', ({ gold }) => interval(gold.accuracy)],
  ['AUC', ({ gold }) => interval(gold.auc)],
  ['agreement with the teacher', ({ agreement }) => agreement?.accuracy.value.toFixed(3)],
  ['retention of accuracy', ({ retention }) => retention && interval(retention.accuracy)],
  ...TRAINING_COLUMNS,
]);
