// Students of search pairs, judged on queries that nothing was trained on. See README.md beside this file.
// Resumable: a stage that is fresh is skipped, scoring goes on at the shard where it was cut off.
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
import { STUDENTS } from './students.mjs';
import { openTask, TASKS } from './tasks.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const RESULTS = join(HERE, 'results');
const METRICS = ['auc', 'ndcg@10', 'spearman'];

const { values: options } = parseArgs({
  options: {
    shared: { type: 'string', default: process.env.BERT2DNN_SHARED },
    work: { type: 'string', default: join(HERE, 'work') },
    task: { type: 'string', default: 'homedepot' },
    students: { type: 'string', default: 'labels;distilled' },
    seeds: { type: 'string', default: '1' },
    threads: { type: 'string' },
    table: { type: 'boolean', default: false },
  },
});
if (options.shared === undefined && !options.table) {
  console.error(
    `usage: node experiments/pair-student/run.mjs --shared DIR [--task ${Object.keys(TASKS).join('|')}] [--students 'NAME;...'] [--seeds 1,2] | --table`,
  );
  process.exit(2);
}

const { threads } = options;
const pairs = { fields: { query: 'query', title: 'title' } };

/** Data, teacher, scores and soft labels of a task. */
function teacherStages(task, files, shared) {
  const { labelRange, teacher, transferSize, pseudoQueries, teacherEpochs = 3 } = TASKS[task];
  const gold = { ...pairs, label: 'relevance', labelRange };
  const stages = {
    data: {
      verb: 'prepare',
      labelled: [files.train],
      // A teacher of our own has dev rows of its own.
      ...(teacher === undefined
        ? { test: [files.dev], shares: '0.9:0.1:0' }
        : { dev: [files.dev], shares: '1:0:0' }),
      ...gold,
      catalogue: [files.catalogue],
      ...(files.hasQueries && { queries: [files.queries] }),
      transferSize,
      pseudoQueries,
      mining: '0.8:0:0.2',
    },
  };
  if (teacher === undefined) {
    const model = join(shared, 'teachers', 'minilm-l6');
    const rows = { train: ['@data/train.parquet'], dev: ['@data/dev.parquet'] };
    stages.teacher = {
      verb: 'finetune',
      model,
      ...rows,
      ...pairs,
      epochs: teacherEpochs,
      maxTokens: 64,
    };
  }
  const path = teacher === undefined ? '@teacher' : join(shared, 'teachers', teacher);
  stages.scores = {
    verb: 'score',
    teacher: path,
    input: ['@data/transfer'],
    ...pairs,
    precision: 'int8',
    forceInt8: true,
  };
  stages.labels = { verb: 'stack', scores: ['@scores'] };
  stages['teacher-gold'] = { verb: 'evaluate', model: path, input: [files.dev], ...gold };
  return { stages, teacher: path, gold };
}

/** Students that learn the labels alone and are averaged with the teacher, by their seeds. */
const STACKED_SEEDS = [1, 2, 3];

/** Soft labels of averaged teachers: students of the labels, with or without the BERT; for students with `teachers`. */
async function stackStudents(own, place) {
  const stages = {};
  for (const seed of STACKED_SEEDS) {
    const folder = join(own, `seed-${seed}`);
    await runStages(folder, { seed, stages: studentStages(own, ['labels'], place), threads });
    const input = [join(own, 'data', 'transfer')];
    const teacher = join(folder, 'labels');
    stages[`scores-student-${seed}`] = { verb: 'score', teacher, input, ...pairs };
  }
  const students = Object.keys(stages).map((stage) => `@${stage}`);
  // The BERT counts as much as the students together.
  const bert = students.map(() => join(own, 'scores'));
  stages['labels-students'] = { verb: 'stack', scores: students };
  stages['labels-all'] = { verb: 'stack', scores: [...students, ...bert] };
  await runStages(join(own, 'stacked'), { stages, threads });
}

/** Where the soft labels of a student come from. */
function labelsOf(own, teachers) {
  return teachers === undefined ? join(own, 'labels') : join(own, 'stacked', `labels-${teachers}`);
}

/** Stages of students of one seed, over what the teacher's stages made in `own`. */
function studentStages(own, names, { teacher, gold, dev }) {
  const stages = {};
  for (const name of names) {
    const { from, teachers, ...settings } = STUDENTS[name];
    const source =
      from === 'labels'
        ? { input: [join(own, 'data', 'train.parquet')] }
        : { input: [join(own, 'data', 'transfer')], labels: labelsOf(own, teachers) };
    const stage = stageOf(name);
    const cache = join(own, 'features');
    stages[stage] = { verb: 'distill', ...source, preset: 'pair', cache, ...settings };
    const model = `@${stage}`;
    stages[`${stage}-gold`] = { verb: 'evaluate', model, input: [dev], ...gold, teacher };
  }
  return stages;
}

async function runTask(task, { shared, work }) {
  const own = join(work, task);
  const files = await openTask(task, { shared, work: own });
  const prepared = teacherStages(task, files, shared);
  const { teacher, gold } = prepared;
  const made = await runStages(own, { stages: prepared.stages, threads });
  const common = { task, numPairs: made.data.result.transfer.rows };
  const write = await createResultWriter(RESULTS, common);
  const { precision } = made.scores.result.teacher;
  const { rowsPerSecond, seconds, int8 } = made.scores.result;
  const scoring = { precision, rowsPerSecond, seconds, int8 };
  await write(`${task}-teacher`, {
    student: 'teacher',
    scoring,
    gold: made['teacher-gold'].result.gold,
  });
  const place = { teacher: teacher.replace('@', `${own}/`), gold, dev: files.dev };
  const names = options.students.split(';');
  if (names.some((name) => STUDENTS[name].teachers !== undefined)) await stackStudents(own, place);
  const seeds = options.seeds.split(',').map(Number);
  const stages = studentStages(own, names, place);
  const runs = { seeds, names, students: STUDENTS, stages, threads, write, prefix: `${task}-` };
  await runSeeds(own, runs);
}

/** The figures of all that have run, as Markdown tables. */
async function printTables() {
  const results = await readResults(RESULTS, Object.keys(STUDENTS));
  for (const task of Object.keys(TASKS)) {
    const ofTask = results.filter((result) => result.task === task);
    if (ofTask.length === 0) continue;
    console.log(`\n${task}\n`);
    printResults(ofTask, [
      ['student', ({ student }) => student],
      ['seed', ({ seed }) => seed],
      ...METRICS.map((name) => [name, ({ gold }) => gold[name].value.toFixed(4)]),
      ['retention of AUC', ({ retention }) => retention && interval(retention.auc)],
      ...TRAINING_COLUMNS,
      [
        'ex/s',
        ({ training }) => training && Math.round(training.examplesPerSecond).toLocaleString('en'),
      ],
    ]);
  }
}

if (!options.table)
  await runTask(options.task, { shared: resolve(options.shared), work: resolve(options.work) });
await printTables();
