// Students exported to ONNX, one thread: size of the file, time to write and to load it, time of a batch in ONNX Runtime;
// and the ways to sum bags with standard operators, with what they lose. Numbers are random: they do not matter for time.
import { encodeModel, int, OnnxBuilder } from '@bert2dnn/autodiff';
import {
  createStudent,
  Featurizer,
  parameterShapes,
  quantizeStudent,
  tokenizerOf,
  Vocabulary,
} from '@bert2dnn/student';
import { presetDefinition } from '../packages/bert2dnn/dist/distill/presets.js';
import { studentToOnnx } from '../packages/bert2dnn/dist/export/onnx.js';
import { medianMs, printTable, uniform } from './measure.mjs';

process.env.ORT_DISABLE_TELEMETRY ??= '1';

const FIELDS = ['query', 'title'];
const NUM_TOKENS = 150_000;
const CASES = [
  { preset: 'pair', input: 'ids', precision: 'float32' },
  { preset: 'pair', input: 'ids', precision: 'float16' },
  { preset: 'pair', input: 'ids', precision: 'int8' },
  { preset: 'tower', input: 'words', precision: 'float32' },
  { preset: 'paper', input: 'text', precision: 'float32' },
];

/** Runs the benchmark; `--only models` or `--only sums`. */
export async function run(options) {
  const only = options[options.indexOf('--only') + 1];
  const { default: ort } = await import('onnxruntime-node');
  if (only !== 'sums') await measureModels(ort);
  if (only !== 'models') await measureSums(ort);
}

async function measureModels(ort) {
  const rows = [];
  for (const { preset, input, precision } of CASES) {
    const student = quantizeStudent(makeStudent(preset), precision);
    const [writeMs, bytes] = await cpuMs(() => studentToOnnx(student, input));
    const [loadMs, session] = await cpuMs(() =>
      ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 4 }),
    );
    const times = [];
    for (const size of [1, 64]) {
      const feeds = makeFeeds(ort, student, { input, examples: makeExamples(size) });
      times.push((1000 * (await medianMs(() => session.run(feeds), { seconds: 1 }))).toFixed(0));
    }
    const sizeMb = (bytes.length / 1e6).toFixed(1);
    rows.push([preset, input, precision, sizeMb, writeMs.toFixed(0), loadMs.toFixed(0), ...times]);
    await session.release();
  }
  const units = ['MB', 'write, CPU ms', 'load, CPU ms', 'batch of 1, us', 'batch of 64, us'];
  printTable(['preset', 'input', 'stored as', ...units], rows);
}

async function cpuMs(call) {
  const start = process.cpuUsage();
  const result = await call();
  const { user, system } = process.cpuUsage(start);
  return [(user + system) / 1000, result];
}

function makeStudent(preset) {
  const definition = presetDefinition(preset, FIELDS, { vocabularySize: NUM_TOKENS });
  const tokens = Array.from({ length: NUM_TOKENS }, (_, index) =>
    index < 50_000 ? `w${index}` : `w${index % 50_000} w${(index * 7) % 50_000}-${index}`,
  );
  const lists = definition.blocks.filter((block) => block.vocabulary === 'list' && !block.table);
  const vocabularies = Object.fromEntries(
    lists.map(({ name }) => [name, Vocabulary.fromTokens(tokens)]),
  );
  const parameters = Object.fromEntries(
    Object.entries(parameterShapes(definition)).map(([name, shape]) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return [name, uniform(size, 0.1, name)];
    }),
  );
  return createStudent({ definition, vocabularies, parameters });
}

/** Queries of three words and titles of ten, most of them known. */
function makeExamples(size) {
  const word = (index) => `w${(index * 7919) % 60_000}`;
  return Array.from({ length: size }, (_, row) => {
    const title = Array.from({ length: 10 }, (_, place) => word(row * 31 + place * place));
    return [`${word(row * 31)} ${title[3]} ${word(row + 5)}`, title.join(' ')];
  });
}

function makeFeeds(ort, { definition, vocabularies }, { input, examples }) {
  const feeds = {};
  if (input === 'ids') {
    const featurizer = new Featurizer(definition, vocabularies);
    const buffer = featurizer.createBuffer();
    for (const example of examples) featurizer.featurize(example, buffer);
    definition.blocks.forEach(({ name }, index) => {
      const { ids, offsets, numIds, numExamples } = buffer.blocks[index];
      feeds[`ids_${name}`] = int64(ort, ids.subarray(0, numIds));
      feeds[`offsets_${name}`] = int64(ort, offsets.subarray(0, numExamples + 1));
    });
    return feeds;
  }
  definition.fields.forEach((field, index) => {
    const texts = examples.map((example) => example[index]);
    if (input === 'text') {
      feeds[`text_${field}`] = new ort.Tensor('string', texts, [texts.length]);
      return;
    }
    const words = texts.map((text) => tokenizerOf(definition.text).splitWords(text));
    const width = Math.max(...words.map(({ length }) => length));
    const padded = words.flatMap((row) => [...row, ...new Array(width - row.length).fill('')]);
    feeds[`words_${field}`] = new ort.Tensor('string', padded, [texts.length, width]);
  });
  return feeds;
}

function int64(ort, values) {
  return new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);
}

/** Rows [Z, D] to sums [B, D] by `numbers` [Z], the bag of each row, or `ends` [B]. */
const SUMS = {
  'ScatterND, add': (builder) => {
    const column = builder.node('Unsqueeze', ['numbers', builder.integers([-1])])[0];
    return builder.node('ScatterND', ['zeros', column, 'rows'], {
      reduction: { kind: 'text', value: 'add' },
    })[0];
  },
  'ScatterElements, add': (builder) => {
    const column = builder.node('Unsqueeze', ['numbers', builder.integers([-1])])[0];
    const shape = builder.node('Shape', ['rows'])[0];
    const indices = builder.node('Expand', [column, shape])[0];
    return builder.node('ScatterElements', ['zeros', indices, 'rows'], {
      axis: int(0),
      reduction: { kind: 'text', value: 'add' },
    })[0];
  },
  'running sums in float64': (builder) => {
    const zero = builder.constant(new Float64Array(64), [1, 64], 'float64');
    const axis = builder.constant([0], [], 'int64');
    const sums = builder.node('CumSum', [builder.cast('rows', 'float64'), axis])[0];
    const running = builder.node('Concat', [zero, sums], { axis: int(0) })[0];
    const [atEnds] = builder.node('Gather', [running, 'ends']);
    const [atStarts] = builder.node('Gather', [running, 'starts']);
    return builder.cast(builder.node('Sub', [atEnds, atStarts])[0], 'float32');
  },
};

async function measureSums(ort) {
  const { feeds, expected, size } = makeBags(ort);
  const rows = [];
  for (const [name, build] of Object.entries(SUMS)) {
    for (const threads of [1, 2]) {
      const session = await ort.InferenceSession.create(encodeSums(build), {
        intraOpNumThreads: threads,
        logSeverityLevel: 4,
      });
      const read = Object.fromEntries(session.inputNames.map((input) => [input, feeds[input]]));
      let worst = 0;
      const ms = await medianMs(async () => {
        const { sums } = await session.run(read);
        for (let at = 0; at < expected.length; at++) {
          worst = Math.max(worst, Math.abs(sums.data[at] - expected[at]));
        }
      });
      rows.push([name, threads, ms.toFixed(2), worst.toExponential(1)]);
      await session.release();
    }
  }
  console.log(`sums of ${size}, the comparison included:`);
  printTable(['operators', 'threads', 'ms', 'largest error of any run'], rows);
}

/** Bags of uneven lengths: of even ones, threads that share the rows out evenly seldom meet in one bag. */
function makeBags(ort) {
  const [B, D] = [512, 64];
  const lengths = Int32Array.from(uniform(B, 150, 'lengths'), (length) => 150 + length);
  const ends = Int32Array.from(lengths);
  for (let bag = 1; bag < B; bag++) ends[bag] += ends[bag - 1];
  const Z = ends[B - 1];
  const numbers = Int32Array.from([...lengths].flatMap((length, bag) => Array(length).fill(bag)));
  const values = uniform(Z * D, 1, 'rows');
  const expected = new Float64Array(B * D);
  values.forEach((value, at) => {
    expected[numbers[Math.floor(at / D)] * D + (at % D)] += value;
  });
  const feeds = {
    rows: new ort.Tensor('float32', values, [Z, D]),
    zeros: new ort.Tensor('float32', new Float32Array(B * D), [B, D]),
    numbers: int64(ort, numbers),
    starts: int64(
      ort,
      ends.map((end, bag) => end - lengths[bag]),
    ),
    ends: int64(ort, ends),
  };
  return { feeds, expected, size: `${B} bags of ${Z} rows of ${D}` };
}

function encodeSums(build) {
  const builder = new OnnxBuilder([], { portable: true });
  builder.output(build(builder), 'sums');
  const used = new Set(builder.nodes.flatMap(({ inputs }) => inputs));
  const inputs = [
    { name: 'rows', shape: ['Z', 64], dtype: 'float32' },
    { name: 'zeros', shape: ['B', 64], dtype: 'float32' },
    ...['numbers', 'starts', 'ends'].map((name) => ({ name, shape: [name], dtype: 'int64' })),
  ].filter(({ name }) => used.has(name));
  const { nodes, initializers } = builder;
  const outputs = [{ name: 'sums', shape: ['B', 64], dtype: 'float32' }];
  return encodeModel({ nodes, initializers, inputs, outputs, metadata: {} });
}
