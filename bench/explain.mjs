// What an explanation costs: one student on the pairs of a file, or one made from the generated shop. One thread.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { explain, explanationToHtml, explanationToText } from '@bert2dnn/student/explain';
import { loadStudent } from '@bert2dnn/student/node';
import { distill, openExamples, readExamples, shop } from 'bert2dnn';
import { printTable } from './measure.mjs';

const SHOP = { products: 3000, queries: 1500, logRows: 1000 };
const REPEATS = 3;

/** Runs the benchmark: `--model DIR --input FILE` for a student and texts of one's own, `--pairs N`. */
export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      model: { type: 'string' },
      input: { type: 'string' },
      pairs: { type: 'string', default: '300' },
    },
  });
  const work = await mkdtemp(join(tmpdir(), 'bert2dnn-explain-'));
  try {
    const { model, input } = values.model === undefined ? await makeStudent(work) : values;
    await measureStudent(model, input, Number(values.pairs));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function makeStudent(work) {
  const files = await shop({ out: join(work, 'shop'), ...SHOP });
  const columns = {
    fields: { query: 'query', title: 'title' },
    label: 'grade',
    labelRange: [1, 4],
  };
  const model = join(work, 'student');
  await distill({ input: [files.labels], ...columns, epochs: 1, out: model });
  return { model, input: files.labels };
}

async function measureStudent(model, input, numPairs) {
  const student = await loadStudent(model);
  const examples = await readPairs(input, student.definition.fields, numPairs);
  const { preset, hiddenLayers } = student.definition;
  const first = measureMicroseconds(() => explain(student, examples[0]));
  const explanations = examples.map((example) => explain(student, example));
  const numFeatures = mean(explanations.map(({ features }) => features.length));
  const largestResidual = Math.max(...explanations.map(({ residual }) => Math.abs(residual)));
  console.log(
    `${preset}, layers ${hiddenLayers.join('-')}, ${student.executor}; ${examples.length} examples, ${numFeatures.toFixed(0)} features each; residual at most ${largestResidual.toExponential(1)}`,
  );
  console.log(`the first explanation of a student: ${(first / 1000).toFixed(0)} ms\n`);
  const leaveOneOut = { method: 'leave-one-out' };
  const tasks = {
    score: (example) => student.score(example),
    'explain, integrated gradients': (example) => explain(student, example),
    'explain, leave-one-out': (example) => explain(student, example, leaveOneOut),
    'as text': (_, explanation) => explanationToText(explanation),
    'as HTML': (_, explanation) => explanationToHtml(explanation),
  };
  const rows = Object.entries(tasks).map(([name, task]) => {
    const times = examples.map((example, index) => {
      const once = () => measureMicroseconds(() => task(example, explanations[index]));
      return Math.min(...Array.from({ length: REPEATS }, once));
    });
    times.sort((left, right) => left - right);
    const format = (time) => time.toFixed(0);
    return [name, format(mean(times)), format(at(times, 0.5)), format(at(times, 0.95))];
  });
  printTable(['µs an example, one thread', 'mean', 'median', '95 %'], rows);
}

/** Rows spread over the file. */
async function readPairs(input, fields, numPairs) {
  const columns = { fields: Object.fromEntries(fields.map((name) => [name, name])) };
  const all = [];
  for await (const batch of readExamples(await openExamples([input], columns))) {
    batch.fields[0].forEach((_, row) => void all.push(batch.fields.map((texts) => texts[row])));
  }
  const step = Math.max(1, Math.floor(all.length / numPairs));
  return all.filter((_, index) => index % step === 0).slice(0, numPairs);
}

/** Wall clock, because CPU time has no such resolution; the least of a few repeats leaves other processes out. */
function measureMicroseconds(call) {
  const start = process.hrtime.bigint();
  call();
  return Number(process.hrtime.bigint() - start) / 1000;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const at = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
