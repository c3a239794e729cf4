// Students that rank a whole catalogue, and what pairs of their own choice do for that. See README.md beside this file.
// Resumable: a stage that is fresh is skipped, and pairs that were chosen are kept, so other code needs another --work.
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadStudent } from '@bert2dnn/student/node';
import { createProgress, openScorer, quickstart, readTable } from 'bert2dnn';
import { generateShop } from '../../packages/bert2dnn/dist/data/shop/shop.js';
import { writeFileAtomically } from '../../packages/bert2dnn/dist/foundation/files.js';
import { createRandom } from '../../packages/bert2dnn/dist/foundation/random.js';
import {
  createResultWriter,
  interval,
  printResults,
  readResults,
  runStages,
} from '../students.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const RESULTS = join(HERE, 'results');
/** Pairs that are added of each query of the transfer set, and the share of the catalogue that they are chosen from. */
const [PAIRS_A_QUERY, SHARE] = [20, 1 / 4];
const TOP = 10;
/** What is added to the quickstart's transfer set, and by whom it is chosen: a student of the row named. */
const STUDENTS = { none: undefined, random: undefined, student: 'none', twice: 'student' };

const { values: options } = parseArgs({
  options: {
    work: { type: 'string', default: join(HERE, 'work') },
    table: { type: 'boolean', default: false },
  },
});

if (!options.table) await measureAll();
printResults(await readResults(RESULTS, Object.keys(STUDENTS)), [
  ['added pairs chosen by', ({ student }) => student],
  ['pairs', ({ training }) => training?.numExamples.toLocaleString('en')],
  ['judged pairs: AUC', ({ gold }) => interval(gold.auc)],
  ['nDCG@10', ({ gold }) => interval(gold['ndcg@10'])],
  ['whole catalogue: nDCG@10', ({ catalogue }) => interval(catalogue.ndcg)],
  ['irrelevant of the first ten', ({ catalogue }) => interval(catalogue.irrelevant)],
]);

async function measureAll() {
  const base = join(options.work, 'quickstart');
  await mkdir(base, { recursive: true });
  await quickstart({ out: base }, { progress: createProgress() });
  const shop = generateShop({ seed: 1 });
  const write = await createResultWriter(RESULTS);
  const queries = await queriesOf(join(base, 'data', 'test.parquet'));
  const pairs = await readPairs(join(base, 'data', 'transfer'));
  const gold = {
    fields: { query: 'query', title: 'title' },
    input: [join(base, 'data', 'test.parquet')],
  };

  const teacher = join(base, 'teacher');
  const teacherStages = { gold: { verb: 'evaluate', model: teacher, ...gold } };
  const ofTeacher = await runStages(join(options.work, 'teacher'), { stages: teacherStages });
  await write('teacher', {
    student: 'teacher',
    gold: ofTeacher.gold.result.gold,
    catalogue: await rankAll(teacher, shop, queries),
  });

  for (const [name, chooser] of Object.entries(STUDENTS)) {
    const own = join(options.work, name);
    const file = join(own, 'pairs.tsv');
    if (!(await isThere(file))) {
      const more = await morePairs(name, chooser, { shop, pairs });
      await writeFileAtomically(file, ['query\ttitle', ...pairs, ...more].join('\n').concat('\n'));
    }
    const stages = {
      scores: { verb: 'score', teacher, input: [file] },
      labels: { verb: 'stack', scores: ['@scores'], temperature: 1 },
      student: {
        verb: 'distill',
        input: [file],
        labels: '@labels',
        dev: [join(base, 'data', 'dev.parquet')],
        epochs: 3,
        vocabularySize: 30_000,
      },
      gold: { verb: 'evaluate', model: '@student', teacher, ...gold },
    };
    const outcomes = await runStages(own, { stages });
    const { numExamples, sizeBytes } = outcomes.student.result;
    const { gold: metrics, agreement, retention } = outcomes.gold.result;
    await write(name, {
      student: name,
      training: { numExamples, sizeBytes },
      gold: metrics,
      agreement,
      retention,
      catalogue: await rankAll(join(own, 'student'), shop, queries),
    });
  }
}

/** Lines of pairs to add: what the student of `chooser` ranks highest, and what was added for that; or, of no one, random ones. */
async function morePairs(name, chooser, { shop, pairs }) {
  if (name === 'none') return [];
  const before = chooser ? await chosenPairs(chooser, pairs.length) : [];
  const known = new Set([...pairs, ...before]);
  const titles = shop.products.map(({ title }) => title);
  const student = chooser && (await loadStudent(join(options.work, chooser, 'student')));
  const random = createRandom(1, `whole-catalogue/${name}`);
  const some = Math.round(titles.length * SHARE);
  const more = [...before];
  for (const query of new Set(pairs.map((line) => line.split('\t')[0]))) {
    const first = random.nextInt(titles.length);
    const shown = Array.from(
      { length: some },
      (_, index) => titles[(first + index) % titles.length],
    );
    const chosen = student
      ? student.rank(query, shown, { topK: PAIRS_A_QUERY }).map(({ index }) => shown[index])
      : shown.slice(0, PAIRS_A_QUERY);
    const lines = chosen.map((title) => `${query}\t${title}`);
    more.push(...lines.filter((line) => !known.has(line)));
  }
  return more;
}

/** The pairs that were added for a student, which stand behind `numBefore` others. */
async function chosenPairs(name, numBefore) {
  return (await readPairs(join(options.work, name, 'pairs.tsv'))).slice(numBefore);
}

/** How a model ranks the whole catalogue for queries, against the truth of the shop: means over queries. */
async function rankAll(model, shop, queries) {
  const titles = shop.products.map(({ title }) => title);
  const scorer = await openScorer(model);
  const ndcg = [];
  const irrelevant = [];
  for (const query of queries) {
    const grades = titles.map((title) => shop.oracle(query, title));
    const ideal = gain(grades.toSorted((left, right) => right - left));
    if (ideal === 0) continue;
    const logits = await scorer.logits([titles.map(() => query), titles]);
    const best = titles
      .map((_, index) => index)
      .sort((left, right) => logits[right] - logits[left]);
    const first = best.slice(0, TOP).map((index) => grades[index]);
    ndcg.push(gain(first) / ideal);
    irrelevant.push(first.filter((grade) => grade === 1).length / TOP);
  }
  await scorer.release();
  return { numQueries: ndcg.length, ndcg: meanOf(ndcg), irrelevant: meanOf(irrelevant) };
}

/** Discounted cumulative gain of the first grades 1..4. */
function gain(grades) {
  return grades
    .slice(0, TOP)
    .reduce((sum, grade, place) => sum + (2 ** (grade - 1) - 1) / Math.log2(place + 2), 0);
}

/** Mean with its interval of 95 % (normal). */
function meanOf(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const half = (1.96 * Math.sqrt(squares / (values.length - 1))) / Math.sqrt(values.length);
  return { value: mean, low: mean - half, high: mean + half };
}

/** The distinct queries of a file, in alphabetical order. */
async function queriesOf(file) {
  const queries = new Set((await readPairs(file)).map((line) => line.split('\t')[0]));
  return [...queries].sort();
}

/** Pairs of a file or a folder, as lines of a table. */
async function readPairs(path) {
  const lines = [];
  for await (const { texts } of readTable(path, { texts: ['query', 'title'] })) {
    const [queries, titles] = texts;
    queries.forEach((query, row) => {
      lines.push(`${query}\t${titles[row]}`);
    });
  }
  return lines;
}

async function isThere(path) {
  return stat(path).then(
    () => true,
    () => false,
  );
}
