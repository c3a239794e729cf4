// Scoring of search pairs from file to Parquet, pairs a second: teachers of the shapes of MiniLM-L6 and BERT-base, float32
// and int8; beside ONNX Runtime alone on the same ready-made batches, padding to the longest row in input order, and
// Python's transformers where BERT2DNN_PYTHON has it. Where the time goes, and memory by the number of pairs.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emitOnnx } from '@bert2dnn/autodiff';
import ort from 'onnxruntime-node';
import { openExamples, readExamples } from '../packages/bert2dnn/dist/data/index.js';
import { planScoringBatches } from '../packages/bert2dnn/dist/teacher/batches.js';
import {
  encodeTexts,
  lengthOfRow,
  padBatch,
} from '../packages/bert2dnn/dist/teacher/encoded-texts.js';
import { buildEncoder } from '../packages/bert2dnn/dist/teacher/encoder.js';
import { openModelFolder } from '../packages/bert2dnn/dist/teacher/model-folder.js';
import { score } from '../packages/bert2dnn/dist/teacher/score.js';
import { writeScoreShard } from '../packages/bert2dnn/dist/teacher/score-shard.js';
import { openScoring } from '../packages/bert2dnn/dist/teacher/scoring.js';
import { loadTeacher } from '../packages/bert2dnn/dist/teacher/teacher.js';
import { median, printTable } from './measure.mjs';
import { MAX_TOKENS, searchPairs, writePairs, writeTeacher } from './scoring-teacher.mjs';

/** Pairs of each shape; a twentieth with --quick. Two shards and more of MiniLM-L6 take half a minute. */
const NUM_PAIRS = { 'MiniLM-L6': 8000, 'BERT-base': 1000 };
/** All pairs of BERT2DNN_SHARED. */
const NUM_PADDING_PAIRS = 58_955;
const MEMORY_PAIRS = [10_000, 100_000, 1_000_000, 3_000_000];
/** As `scoreTokens`. */
const BATCHING = { tokenBudget: 512, maxRows: 256 };

const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url));
const round = (value) => (value === undefined ? '-' : Math.round(value).toLocaleString('en'));

/** Rows a second of all shards, teacher loaded; reading, tokenising and writing included. */
async function timeScoring({ folder, input, work }, { threads, precision, turn }) {
  const scoring = await openScoring({
    teacher: folder,
    input,
    out: join(work, `scores-${precision}-${threads}-${turn}`),
    threads,
    precision,
    int8: { check: 'off' },
  });
  const startMs = performance.now();
  for (const { index } of scoring.plan) await scoring.scoreShard(index);
  const seconds = (performance.now() - startMs) / 1000;
  await scoring.close();
  return { rate: input.numRows / seconds, numShards: scoring.plan.length };
}

/** Rows a second of `score` with a process a thread, their start included; the pairs come three times. */
async function timeProcesses({ folder, file, work }, { threads, precision }) {
  const { rowsPerSecond } = await score({
    teacher: folder,
    input: await openExamples([file, file, file]),
    out: join(work, `processes-${precision}`),
    threads,
    processes: threads,
    precision,
    shardRows: 1024,
    int8: { check: 'off' },
  });
  return rowsPerSecond;
}

/** The model that scoring runs, as bytes or file, for ONNX Runtime alone. */
async function openBare(folder, { threads, precision }) {
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1 };
  if (precision === 'int8') {
    return ort.InferenceSession.create(join(folder, 'onnx/model_quantized.onnx'), options);
  }
  const { config, weights } = await openModelFolder(folder);
  const { logits } = buildEncoder(config.encoder, 1);
  return ort.InferenceSession.create(emitOnnx({ logits }, { frozen: weights.parameters }), options);
}

function toTensors(feeds, session) {
  const isWide = session.inputMetadata[0].type === 'int64';
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { data, shape }]) => [
      name,
      isWide
        ? new ort.Tensor('int64', BigInt64Array.from(data, BigInt), shape)
        : new ort.Tensor('int32', data, shape),
    ]),
  );
}

/** Rows a second of ONNX Runtime on ready-made batches of some rows. */
async function timeBare(session, encoded, batches, { padId, minLength }) {
  const feeds = batches.map((rows) =>
    toTensors(padBatch(encoded, rows, padId, minLength), session),
  );
  await session.run(feeds[0]);
  const startMs = performance.now();
  for (const each of feeds) await session.run(each);
  return encoded.numRows / ((performance.now() - startMs) / 1000);
}

/** As `timeBare` with every row padded to the limit (`padding="max_length"`), over the first eighth of the batches. */
async function timeLimit(session, encoded, batches, padId) {
  const some = batches.slice(0, Math.ceil(batches.length / 8));
  const numRows = some.reduce((sum, rows) => sum + rows.length, 0);
  const rate = await timeBare(session, encoded, some, { padId, minLength: MAX_TOKENS });
  return (rate * numRows) / encoded.numRows;
}

function timePython({ folder, file }, threads) {
  const python = process.env.BERT2DNN_PYTHON;
  if (python === undefined) return undefined;
  const args = [pathOf('scoring_hf.py'), folder, file, String(threads), String(MAX_TOKENS)];
  const { status, stdout, stderr } = spawnSync(python, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`scoring_hf.py: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

function batchesInOrder(numRows, size) {
  return Array.from({ length: Math.ceil(numRows / size) }, (_, batch) =>
    Int32Array.from(
      { length: Math.min(size, numRows - batch * size) },
      (_, row) => batch * size + row,
    ),
  );
}

async function compareSpeed(place, { name, threads, turns }) {
  const { tokenizer } = await openModelFolder(place.folder);
  const { padId } = tokenizer;
  const encoded = encodeTexts(place.texts, { tokenizer, maxTokens: MAX_TOKENS });
  const lengths = Int32Array.from({ length: encoded.numRows }, (_, row) =>
    lengthOfRow(encoded, row),
  );
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  console.log(
    `${name}: ${encoded.numRows} pairs, ${mean.toFixed(1)} tokens on average, ${longest} at most`,
  );
  const rows = [];
  for (const precision of ['f32', 'int8']) {
    const found = { score: [], bare: [], padded: [], limit: [] };
    const session = await openBare(place.folder, { threads, precision });
    const sorted = planScoringBatches(lengths, BATCHING);
    for (let turn = 0; turn < turns; turn++) {
      const { rate } = await timeScoring(place, { threads, precision, turn });
      found.score.push(rate);
      found.bare.push(await timeBare(session, encoded, sorted, { padId }));
      const inOrder = batchesInOrder(encoded.numRows, 32);
      found.padded.push(await timeBare(session, encoded, inOrder, { padId, minLength: longest }));
      found.limit.push(await timeLimit(session, encoded, inOrder, padId));
    }
    await session.release();
    const processes = threads > 1 ? await timeProcesses(place, { threads, precision }) : undefined;
    const python = precision === 'f32' ? timePython(place, threads) : undefined;
    if (python !== undefined) console.log(python.versions);
    const scored = median(found.score);
    const bare = median(found.bare);
    console.log(`${precision}: ${round(scored)} pairs/s, ONNX Runtime alone ${round(bare)}`);
    rows.push([
      `${name} ${precision}`,
      threads,
      round(scored),
      round(bare),
      (scored / bare).toFixed(3),
      round(processes),
      round(median(found.padded)),
      round(median(found.limit)),
      round(python?.inOrder),
      round(python?.sorted),
    ]);
  }
  return rows;
}

/** Padding tokens among all, by how many rows are sorted together. */
async function printPadding({ folder, texts }) {
  const { tokenizer } = await openModelFolder(folder);
  const encoded = encodeTexts(texts, { tokenizer, maxTokens: MAX_TOKENS });
  const lengths = Int32Array.from({ length: encoded.numRows }, (_, row) =>
    lengthOfRow(encoded, row),
  );
  const rows = [512, 2048, 16_384, 65_536].map((windowRows) => {
    let [numTokens, numPadded] = [0, 0];
    for (let start = 0; start < lengths.length; start += windowRows) {
      const window = lengths.subarray(start, start + windowRows);
      for (const batch of planScoringBatches(window, BATCHING)) {
        numPadded += window[batch[0]] * batch.length;
        numTokens += batch.reduce((sum, row) => sum + window[row], 0);
      }
    }
    return [round(windowRows), `${((100 * (numPadded - numTokens)) / numPadded).toFixed(2)} %`];
  });
  console.log(`\nPadding among all tokens of ${round(lengths.length)} pairs`);
  printTable(['rows of a shard', 'padding'], rows);
}

/** Milliseconds of what surrounds the model, for all pairs on one thread, and of the model. */
async function splitTime({ folder, input, work, texts }, { name, threads }) {
  const timed = async (work_) => {
    const startMs = performance.now();
    const result = await work_();
    return [performance.now() - startMs, result];
  };
  const teacher = await loadTeacher(folder, { threads });
  const [readMs] = await timed(async () => {
    let numRows = 0;
    for await (const batch of readExamples(input)) numRows += batch.numRows;
    return numRows;
  });
  const [tokeniseMs] = await timed(async () => teacher.countTokens(texts));
  const [allMs, scores] = await timed(() => teacher.score(texts));
  const shard = { index: 0, start: 0, numRows: input.numRows, file: 'parts.parquet' };
  const [writeMs] = await timed(() =>
    writeScoreShard(join(work, shard.file), shard, { ...scores, teacher, failed: [] }),
  );
  await teacher.release();
  const total = readMs + allMs + writeMs;
  const share = (ms) => `${((100 * ms) / total).toFixed(2)} %`;
  return [
    name,
    threads,
    ...[readMs, tokeniseMs, allMs - tokeniseMs, writeMs].flatMap((ms) => [
      ms.toFixed(0),
      share(ms),
    ]),
  ];
}

async function measureMemory(work, numbers) {
  const folder = join(work, 'memory-teacher');
  await writeTeacher(folder, 'small', searchPairs(20_000));
  const rows = [];
  for (const numPairs of numbers) {
    const file = join(work, `memory-${numPairs}.tsv`);
    await writePairs(file, searchPairs(numPairs));
    const args = [pathOf('scoring-memory.mjs'), folder, file, join(work, `memory-${numPairs}`)];
    const { stdout } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { bytes, rowsPerSecond, numShards } = JSON.parse(stdout);
    rows.push([round(numPairs), numShards, (bytes / 1e6).toFixed(0), round(rowsPerSecond)]);
  }
  console.log('\nMemory of the whole process at its highest, a small teacher');
  printTable(['pairs', 'shards', 'MB', 'pairs/s'], rows);
}

/** Runs the benchmark: `--quick` a small part of it, `--only speed|padding|memory`, `--threads N`, `--shape NAME`. */
export async function run(options = []) {
  const optionOf = (flag) =>
    options.includes(flag) ? options[options.indexOf(flag) + 1] : undefined;
  const isQuick = options.includes('--quick');
  const only = optionOf('--only');
  const threads = Number(optionOf('--threads') ?? availableParallelism());
  const work = await mkdtemp(join(tmpdir(), 'bert2dnn-scoring-'));
  try {
    const [speeds, parts] = [[], []];
    for (const [name, numPairs] of Object.entries(NUM_PAIRS)) {
      if ((only ?? 'speed') !== 'speed' || (optionOf('--shape') ?? name) !== name) continue;
      const place = await preparePlace(work, name, isQuick ? numPairs / 20 : numPairs);
      speeds.push(...(await compareSpeed(place, { name, threads, turns: isQuick ? 1 : 3 })));
      parts.push(await splitTime(place, { name, threads }));
    }
    if (speeds.length > 0) {
      const columns = ['score: pairs/s', 'ONNX Runtime alone', 'share', 'in processes'];
      console.log('');
      const limit = `to ${MAX_TOKENS} tokens`;
      const others = ['padded, in input order', limit, 'transformers', 'sorted by length'];
      printTable(['teacher', 'threads', ...columns, ...others], speeds);
      console.log('\nWhere the time goes, float32, ms');
      const of = ['reading', 'tokenising', 'model', 'writing'].flatMap((part) => [part, '']);
      printTable(['teacher', 'threads', ...of], parts);
    }
    if ((only ?? 'padding') === 'padding') {
      await printPadding(await preparePlace(work, 'small', NUM_PADDING_PAIRS));
    }
    if ((only ?? 'memory') === 'memory') {
      await measureMemory(work, isQuick ? MEMORY_PAIRS.slice(0, 2) : MEMORY_PAIRS);
    }
  } finally {
    await rm(work, { recursive: true });
  }
}

async function preparePlace(work, name, numPairs) {
  const own = join(work, name);
  await mkdir(own);
  const pairs = searchPairs(numPairs);
  const file = join(own, 'pairs.tsv');
  await writePairs(file, pairs);
  const folder = join(own, 'teacher');
  await writeTeacher(folder, name, pairs);
  const texts = [pairs.map(([query]) => query), pairs.map(([, title]) => title)];
  return { work: own, folder, file, texts, input: await openExamples([file]) };
}
