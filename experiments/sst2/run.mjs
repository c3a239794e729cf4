// SST-2: a MiniLM teacher distilled into n-gram students. See README.md beside this file for the table and the command.
// Resumable: every stage is skipped when it is fresh, scoring goes on at the shard where it was cut off.
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createProgress, run } from 'bert2dnn';
import { writeJsonAtomically } from '../../packages/bert2dnn/dist/foundation/files.js';
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

/** Runs a config in `out` and gives its outcomes by stage. */
async function runStages(out, seed, stages) {
  const config = join(out, 'config.json');
  await mkdir(out, { recursive: true });
  await writeJsonAtomically(config, { out: '.', seed, stages });
  const { stages: outcomes } = await run({ config }, { progress: createProgress() });
  return Object.fromEntries(outcomes.map((outcome) => [outcome.stage, outcome]));
}

/** A student's name as that of a stage and a file. */
function stageOf(student) {
  return student.replace(/[^a-z0-9]+/gi, '-');
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
  const made = await runStages(work, 1, teacherStages(place));
  const common = {
    machine: `${cpus()[0].model} x ${cpus().length}, Node ${process.version}`,
    date: new Date().toISOString().slice(0, 10),
  };
  await mkdir(RESULTS, { recursive: true });
  const write = (name, rest) =>
    writeJsonAtomically(join(RESULTS, `${name}.json`), { ...common, ...rest });
  const { numRows, rowsPerSecond, seconds, int8 } = made['scores-all'].result;
  const scoring = { numRows, rowsPerSecond, seconds, int8 };
  await write('teacher', { student: 'teacher', scoring, gold: made['teacher-gold'].result.gold });
  const names = options.students.split(';');
  for (const seed of options.seeds.split(',').map(Number)) {
    const stages = studentStages(work, names, place);
    const outcomes = await runStages(join(work, `seed-${seed}`), seed, stages);
    for (const student of names) {
      const stage = stageOf(student);
      const { result, seconds } = outcomes[stage];
      const { numExamples, sizeBytes, examplesPerSecond } = result;
      const evaluation = outcomes[`${stage}-gold`].result;
      await write(`${stage}-${seed}`, {
        student,
        seed,
        settings: STUDENTS[student],
        training: { numExamples, sizeBytes, examplesPerSecond, seconds },
        gold: evaluation.gold,
        agreement: evaluation.agreement,
        retention: evaluation.retention,
      });
    }
  }
}

/** The figures of all that have run, as a Markdown table. */
async function printTable() {
  const files = (await readdir(RESULTS)).filter((name) => name.endsWith('.json'));
  const results = await Promise.all(
    files.map(async (name) => JSON.parse(await readFile(join(RESULTS, name), 'utf8'))),
  );
  const order = ['teacher', ...Object.keys(STUDENTS)];
  results.sort((a, b) => order.indexOf(a.student) - order.indexOf(b.student) || a.seed - b.seed);
  const interval = ({ value, low, high }) =>
    `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  const header = [
    'model',
    'seed',
    'accuracy on dev',
    'AUC',
    'agreement with the teacher',
    'retention of accuracy',
    'examples',
    'MB',
  ];
  console.log(`| ${header.join(' | ')} |\n|${header.map(() => '---|').join('')}`);
  for (const { student, seed = '', gold, agreement, retention, training } of results) {
    const cells = [
      student,
      seed,
      interval(gold.accuracy),
      interval(gold.auc),
      agreement?.accuracy.value.toFixed(3) ?? '',
      retention === undefined ? '' : interval(retention.accuracy),
      training?.numExamples.toLocaleString('en') ?? '',
      training === undefined ? '' : (training.sizeBytes / 1e6).toFixed(1),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

if (!options.table) await runAll(resolve(options.shared), resolve(options.work));
await printTable();
