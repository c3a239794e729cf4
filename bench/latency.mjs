// Latency from text to score, one thread: students in each executor beside ONNX Runtime on the same students and beside
// teachers of well-known shapes with random weights. Weights do not matter for time; lengths of texts do, and are stated.
// Options: `--student DIR` a real student in place of those of random weights; `--pairs FILE` its texts, a header and
// two columns with a tab between, and `--as-is` those as they are, which come again as they do there, in place of texts with
// their words in another order, of which numbers are no longer beside their units; `--no-teachers`; `--stages` where the time
// of a pair goes, and nothing else; `--beside DIR` batches and rankings of this and another built checkout, and nothing else.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createStudent, Featurizer, parameterShapes, quantizeStudent } from '@bert2dnn/student';
import { loadStudent } from '@bert2dnn/student/node';
import { measureLatency } from 'bert2dnn';
import { presetDefinition } from '../packages/bert2dnn/dist/distill/presets.js';
import { studentToOnnx } from '../packages/bert2dnn/dist/export/onnx.js';
import { saveClassifier } from '../packages/bert2dnn/dist/teacher/save-folder.js';
import { completeParameters } from '../packages/bert2dnn/dist/teacher/start-model.js';
import { loadTeacher } from '../packages/bert2dnn/dist/teacher/teacher.js';
import { createTinyModel } from '../packages/bert2dnn/dist/teacher/tiny.js';
import { Lexicon } from '../packages/student/dist/features/lexicon.js';
import { PlainReader } from '../packages/student/dist/features/plain-reader.js';
import { TextCodes } from '../packages/student/dist/features/text-codes.js';
import { tokenizerOf } from '../packages/student/dist/text/tokenizer.js';
import { printBeside } from './latency-beside.mjs';
import { printStages } from './latency-stages.mjs';
import { filePairs, newPairs, randomStudent, shopPairs, smallStudent } from './latency-texts.mjs';
import { printTable } from './measure.mjs';

process.env.ORT_DISABLE_TELEMETRY ??= '1';

const TEACHERS = {
  'BERT-Base shape': { numLayers: 12, hiddenSize: 768, numHeads: 12, intermediateSize: 3072 },
  'TinyBERT-4 shape': { numLayers: 4, hiddenSize: 312, numHeads: 12, intermediateSize: 1200 },
};
const LAYERS = [
  [256, 64],
  [1024, 512, 128, 64],
];
/** Of the smallest student. */
const MAX_BYTES = 10e6;
const WAYS = [
  ['reference', 'float32'],
  ['simd', 'float32'],
  ['simd', 'float16'],
  ['simd', 'int8'],
  ['relaxed', 'int8'],
];
const BATCH_SIZE = 100;
const OPTIONS = {
  pairs: { type: 'string' },
  student: { type: 'string' },
  beside: { type: 'string' },
  'as-is': { type: 'boolean' },
  stages: { type: 'boolean' },
  'no-teachers': { type: 'boolean' },
};
/** Seconds of each measurement. */
const SECONDS = 1;

/** Runs the benchmark. */
export async function run(args) {
  const { values } = parseArgs({ args, options: OPTIONS });
  const work = await mkdtemp(join(tmpdir(), 'bert2dnn-latency-'));
  try {
    const pairs = await (values.pairs ? filePairs(values.pairs) : shopPairs(work));
    describeTexts(pairs);
    const renew = values['as-is'] ? () => pairs : newPairs;
    if (values.beside) return await printBeside(values.beside, { pairs, renew });
    const students = values.student
      ? [await loadStudent(values.student, { executor: 'reference' })]
      : [smallStudent(pairs, MAX_BYTES), ...LAYERS.map((layers) => randomStudent(pairs, layers))];
    if (values.stages) {
      const optimised = WAYS.filter(([executor]) => executor !== 'reference');
      for (const student of students) printStages(student, { pairs, renew }, optimised);
      return;
    }
    const rows = [];
    for (const student of students) rows.push(...(await measureStudent(student, pairs, renew)));
    const teachers = values['no-teachers'] ? [] : await measureTeachers(work, pairs);
    printRows(rows, teachers);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function describeTexts(pairs) {
  const count = (field) => new Set(pairs.map((pair) => pair[field])).size;
  const words = pairs.flat().reduce((sum, text) => sum + text.split(' ').length, 0);
  console.log(
    `${pairs.length} pairs of ${count(0)} queries and ${count(1)} titles, ${(words / pairs.length).toFixed(1)} words each; one thread`,
  );
  console.log(
    `${(100 * shareOfTokenizer(pairs)).toFixed(1)} % of the texts go to the tokenizer whole`,
  );
  console.log(
    `new: texts that were never scored, the words of the pairs in a new order; again: texts of the last ${BATCH_SIZE} calls; a pair in batches of ${BATCH_SIZE} and in a ranking of as many titles, whose texts are new too\n`,
  );
}

/** Share of distinct texts that the reader of plain ones gives up on. */
function shareOfTokenizer(pairs) {
  const { text } = presetDefinition('pair', ['query', 'title'], {});
  const codes = new TextCodes();
  const reader = new PlainReader(new Lexicon(), tokenizerOf(text), codes);
  const texts = [...new Set(pairs.flat())];
  const others = texts.filter((one) => {
    codes.read(one);
    return !reader.read({ numWords: 0, push() {} });
  });
  return others.length / texts.length;
}

/** Microseconds of a student in every executor, and of the same student in ONNX Runtime. */
async function measureStudent(student, pairs, renew) {
  const { definition, vocabularies } = student;
  const layers = definition.hiddenLayers.join('-');
  const shapes = Object.values(parameterShapes(definition));
  const numNumbers = shapes.reduce(
    (sum, shape) => sum + shape.reduce((size, side) => size * side),
    0,
  );
  console.log(`MLP ${layers}: ${((4 * numNumbers) / 1e6).toFixed(0)} MB in float32`);
  const rows = [];
  for (const [executor, precision] of WAYS) {
    const { parameters } = quantizeStudent(student, precision);
    const runner = createStudent({ definition, vocabularies, parameters }, { executor });
    if (executor === 'relaxed' && !runner.executor.startsWith('relaxed')) {
      console.log(`MLP ${layers}: relaxed SIMD is left out, this engine has none (Node 24 has)`);
      continue;
    }
    const name = `MLP ${layers}, ${runner.executor}`;
    const reference = createStudent({ definition, vocabularies, parameters });
    rows.push({
      name,
      ...timeStudent(runner, pairs, renew),
      off: errorsOf(runner, reference, pairs),
    });
  }
  rows.push({ name: `MLP ${layers}, ONNX Runtime, from ids`, ...(await timeOnnx(student, pairs)) });
  return rows;
}

function timeStudent(student, pairs, renew) {
  let round = 0;
  const fresh = () => renew(pairs, ++round);
  const queryOf = (index, rows) => rows[(index * BATCH_SIZE) % rows.length][0];
  const batches = () => batchesOf(fresh());
  const again = () => batchesOf(pairs).flatMap((batch) => [...batch, ...batch]);
  const titlesOf = (batch) => batch.map(([, title]) => title);
  return {
    single: timesOf(fresh, (pair) => student.score(pair)),
    // The first of two goes is timed too: its calls are in the upper half, not in the median of the second.
    again: timesOf(again, (pair) => student.score(pair), {
      skips: (index) => index % (2 * BATCH_SIZE) < BATCH_SIZE,
    }),
    batch: perPair(timesOf(batches, (batch) => student.scoreMany(batch))),
    rank: perPair(
      timesOf(batches, (batch, index) => student.rank(queryOf(index, pairs), titlesOf(batch))),
    ),
  };
}

function batchesOf(pairs) {
  const batches = [];
  for (let start = 0; start + BATCH_SIZE <= pairs.length; start += BATCH_SIZE) {
    batches.push(pairs.slice(start, start + BATCH_SIZE));
  }
  return batches;
}

/** Microseconds of calls, after as long a warm-up: for each item that `makeItems` gives, round after round. */
function timesOf(makeItems, call, { skips = () => false } = {}) {
  let times = [];
  for (const isWarm of [false, true]) {
    times = [];
    let spentMs = 0;
    while (spentMs < SECONDS * (isWarm ? 1000 : 500)) {
      const items = makeItems();
      const startMs = performance.now();
      for (let index = 0; index < items.length; index++) {
        const beforeMs = performance.now();
        call(items[index], index);
        const afterMs = performance.now();
        if (!skips(index)) times.push(1000 * (afterMs - beforeMs));
        if (afterMs - startMs > SECONDS * 1000) break;
      }
      spentMs += performance.now() - startMs;
    }
  }
  return quantilesOf(times);
}

function quantilesOf(times) {
  const sorted = Float64Array.from(times).sort();
  const at = (share) => sorted[Math.floor(share * (sorted.length - 1))];
  return { p50: at(0.5), p99: at(0.99) };
}

function perPair({ p50, p99 }) {
  return { p50: p50 / BATCH_SIZE, p99: p99 / BATCH_SIZE };
}

/** Mean and largest difference of the probability from the reference's, of the same stored numbers. */
function errorsOf(student, reference, pairs) {
  const some = pairs.slice(0, 2000);
  const want = reference.scoreMany(some);
  const errors = student.scoreMany(some).map(({ score }, row) => Math.abs(score - want[row].score));
  const sum = errors.reduce((left, right) => left + right, 0);
  return [sum / errors.length, Math.max(...errors)];
}

/** ONNX Runtime on the student as it is exported, ids given: what its operators take, without text. */
async function timeOnnx(student, pairs) {
  const { default: ort } = await import('onnxruntime-node');
  const session = await ort.InferenceSession.create(studentToOnnx(student, 'ids'), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const time = async (size) => {
    const feeds = batchesOf(pairs)
      .slice(0, 10)
      .map((batch) => idFeeds(ort, student, batch.slice(0, size)));
    const times = [];
    const startMs = performance.now();
    while (performance.now() - startMs < SECONDS * 1500) {
      const beforeMs = performance.now();
      await session.run(feeds[times.length % feeds.length]);
      times.push((1000 * (performance.now() - beforeMs)) / size);
    }
    return quantilesOf(times.slice(times.length >> 2));
  };
  const result = { single: await time(1), batch: await time(BATCH_SIZE) };
  await session.release();
  return result;
}

function idFeeds(ort, { definition, vocabularies }, pairs) {
  const featurizer = new Featurizer(definition, vocabularies);
  const buffer = featurizer.createBuffer();
  for (const pair of pairs) featurizer.featurize(pair, buffer);
  const tensor = (values) =>
    new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);
  const feeds = {};
  definition.blocks.forEach(({ name }, index) => {
    const { ids, offsets, numIds, numExamples } = buffer.blocks[index];
    feeds[`ids_${name}`] = tensor(ids.subarray(0, numIds));
    feeds[`offsets_${name}`] = tensor(offsets.subarray(0, numExamples + 1));
  });
  return feeds;
}

/** Microseconds of teachers of random weights, float32 and int8. */
async function measureTeachers(work, pairs) {
  const texts = [0, 1].map((field) => pairs.map((pair) => pair[field]));
  const rows = [];
  for (const [shape, options] of Object.entries(TEACHERS)) {
    const folder = join(work, `teacher-${options.hiddenSize}`);
    await writeTeacher(folder, texts.flat().slice(0, 4000), options);
    for (const precision of ['f32', 'int8']) {
      const teacher = await loadTeacher(folder, { threads: 1, precision });
      const { single, batch } = await measureLatency(teacher, texts, {
        batchSize: BATCH_SIZE,
        maxSeconds: 4 * SECONDS,
      });
      await teacher.release();
      const inUs = ({ p50Ms, p99Ms }) => ({ p50: 1000 * p50Ms, p99: 1000 * p99Ms });
      rows.push({ name: `${shape}, ${precision}`, single: inUs(single), batch: inUs(batch) });
    }
  }
  return rows;
}

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

function printRows(students, teachers) {
  const us = (time) => (time === undefined ? '' : time.toFixed(time < 100 ? 1 : 0));
  const baselines = teachers.filter(({ name }) => name.endsWith('f32'));
  const ratio = (teacher, { single }) => {
    const times = teacher.single.p50 / single.p50;
    return times < 1 ? '' : times.toFixed(0);
  };
  printTable(
    [
      'µs a pair',
      'one, new: p50',
      'p99',
      'again: p50',
      `batch of ${BATCH_SIZE}: p50`,
      'p99',
      'rank: p50',
      ...baselines.map(({ name }) => `one: times as fast as ${name}`),
      'error of a probability: mean, largest',
    ],
    [...students, ...teachers].map((row) => [
      row.name,
      us(row.single.p50),
      us(row.single.p99),
      us(row.again?.p50),
      us(row.batch.p50),
      us(row.batch.p99),
      us(row.rank?.p50),
      ...baselines.map((teacher) => ratio(teacher, row)),
      row.off === undefined ? '' : row.off.map((error) => error.toExponential(1)).join(', '),
    ]),
  );
}
