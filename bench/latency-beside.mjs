// This checkout beside another one, built, in one process and in turn, batch by batch: the only way to see a tenth of a
// difference on a machine that is never as fast twice.
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { median, printTable } from './measure.mjs';

const MAX_BYTES = 10e6;
const LAYERS = [256, 64];
const BATCH_SIZE = 100;
/** Of each row; and the share of that which is not counted. */
const SECONDS = 15;
const WARM_UP = 0.3;

/** Prints microseconds a pair of the students that each checkout plans for the texts. */
export async function printBeside(folder, { pairs, renew }) {
  const roots = [resolve(folder), resolve(import.meta.dirname, '..')];
  const trees = await Promise.all(roots.map((root) => makeStudents(root, pairs)));
  const rows = [];
  for (const [index, { name }] of trees[0].entries()) {
    const students = trees.map((tree) => tree[index].student);
    for (const [way, callOf] of Object.entries(WAYS)) {
      rows.push([name, way, ...compare(students.map(callOf), { pairs, renew })]);
    }
  }
  printTable(['student', 'µs a pair', 'there', 'here', 'here / there'], rows);
}

const WAYS = {
  'batches of 100': (student) => (batch) => student.scoreMany(batch),
  rankings: (student) => (batch) => {
    student.rank(
      batch[0][0],
      batch.map(([, title]) => title),
    );
  },
};

/** The students of a checkout, as it plans them. */
async function makeStudents(root, pairs) {
  const load = (path) => import(pathToFileURL(join(root, path)).href);
  const { smallStudent, randomStudent } = await load('bench/latency-texts.mjs');
  const { createStudent, quantizeStudent } = await load('packages/student/dist/index.js');
  const small = smallStudent(pairs, MAX_BYTES);
  const students = {
    [`${MAX_BYTES / 1e6} MB`]: small,
    'default sizes': randomStudent(pairs, LAYERS),
  };
  return Object.entries(students).flatMap(([size, student]) =>
    ['float32', 'int8'].map((precision) => {
      const made = createStudent(quantizeStudent(student, precision), { executor: 'auto' });
      return { name: `${size}, ${made.executor}`, student: made };
    }),
  );
}

/** Medians of two calls that take turns, each with strings of its own, and their ratio. */
function compare(calls, { pairs, renew }) {
  const times = calls.map(() => []);
  const startMs = performance.now();
  const spent = () => (performance.now() - startMs) / (1000 * SECONDS);
  for (let round = 0; spent() < 1; ) {
    const some = renew(pairs, ++round);
    for (let start = 0; start + BATCH_SIZE <= some.length && spent() < 1; start += BATCH_SIZE) {
      const batch = some.slice(start, start + BATCH_SIZE);
      const first = (start / BATCH_SIZE + round) & 1;
      for (const which of [first, 1 - first]) {
        const own = batch.map((pair) => pair.map((text) => ` ${text}`.slice(1)));
        const beforeMs = performance.now();
        calls[which](own);
        const us = (1000 * (performance.now() - beforeMs)) / BATCH_SIZE;
        if (spent() > WARM_UP) times[which].push(us);
      }
    }
  }
  const [there, here] = times.map(median);
  return [there.toFixed(1), here.toFixed(1), (here / there).toFixed(2)];
}
