// A student from a file to its first score, each time in a process of its own: milliseconds and memory, read by
// `loadStudent` to where the kernels work, or given as bytes, whose tables are copied once. `--beside DIR` has another built
// checkout take turns with this one, and prints milliseconds from a path.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { shopPairs } from './latency-texts.mjs';
import { median, printTable } from './measure.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const CHILD = fileURLToPath(new URL('./load-child.mjs', import.meta.url));
const MAX_BYTES = 10e6;
const LAYERS = [256, 64];
const NUM_STARTS = 15;
const MEGABYTE = 1e6;
const MEASURED = ['from path, ms', 'MB', 'from bytes, ms', 'MB', 'nothing, MB'];
const COMPARED = ['there, ms', 'here, ms', 'here / there'];

/** Runs the benchmark. */
export async function run(options) {
  const { values } = parseArgs({ args: options, options: { beside: { type: 'string' } } });
  const roots = values.beside === undefined ? [ROOT] : [resolve(values.beside), ROOT];
  const work = await mkdtemp(join(tmpdir(), 'bert2dnn-load-'));
  try {
    const pairs = await shopPairs(work);
    const files = await Promise.all(roots.map((root) => writeStudents(root, pairs, work)));
    const rows = [];
    for (const [index, { name, precision, size, path }] of files.at(-1).entries()) {
      const figures = files.length > 1 ? compare(files.map((own) => own[index])) : measure(path);
      rows.push([name, precision, `${(size / MEGABYTE).toFixed(1)} MB`, ...(await figures)]);
    }
    printTable(['student', 'stored in', 'file', ...(roots.length > 1 ? COMPARED : MEASURED)], rows);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The students of a checkout, in files as it writes them. */
async function writeStudents(root, pairs, work) {
  const load = (path) => import(pathToFileURL(join(root, path)).href);
  const { smallStudent, randomStudent } = await load('bench/latency-texts.mjs');
  const { quantizeStudent, serializeModel } = await load('packages/student/dist/index.js');
  const folder = await mkdtemp(join(work, 'students-'));
  const students = {
    'at most 10 MB': smallStudent(pairs, MAX_BYTES),
    '100,000 n-grams a field': randomStudent(pairs, LAYERS),
  };
  const files = [];
  for (const [name, student] of Object.entries(students)) {
    for (const precision of ['float32', 'int8']) {
      const bytes = await serializeModel(quantizeStudent(student, precision));
      const path = join(folder, `${files.length}.b2d`);
      await writeFile(path, bytes);
      files.push({ name, precision, size: bytes.length, path, root });
    }
  }
  return files;
}

/** Medians of ways in turn; and the memory of a process that loads the package alone. */
async function measure(path) {
  const ways = { path: [], bytes: [], nothing: [] };
  for (let start = 0; start < NUM_STARTS; start++) {
    for (const [way, results] of Object.entries(ways)) results.push(await load(path, way, ROOT));
  }
  const megabytes = (way) => (medianOf(ways[way], 'bytes') / MEGABYTE).toFixed(0);
  return [
    medianOf(ways.path, 'ms').toFixed(1),
    megabytes('path'),
    medianOf(ways.bytes, 'ms').toFixed(1),
    megabytes('bytes'),
    megabytes('nothing'),
  ];
}

/** Medians of two checkouts in turn, and their ratio. */
async function compare(files) {
  const results = files.map(() => []);
  for (let start = 0; start < 2 * NUM_STARTS; start++) {
    for (const [index, { path, root }] of files.entries())
      results[index].push(await load(path, 'path', root));
  }
  const [there, here] = results.map((some) => medianOf(some, 'ms'));
  return [there.toFixed(1), here.toFixed(1), (here / there).toFixed(2)];
}

async function load(path, way, root) {
  const { stdout } = await promisify(execFile)(process.execPath, [CHILD, path, way, root]);
  return JSON.parse(stdout);
}

function medianOf(results, member) {
  return median(results.map((result) => result[member]));
}
