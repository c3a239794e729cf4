// A student from a file to its first score, each time in a process of its own: milliseconds and memory, read by
// `loadStudent` to where the kernels work, or given as bytes, whose tables are copied once.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { quantizeStudent, serializeModel } from '@bert2dnn/student';
import { randomStudent, shopPairs, smallStudent } from './latency-texts.mjs';
import { printTable } from './measure.mjs';

const CHILD = fileURLToPath(new URL('./load-child.mjs', import.meta.url));
const MAX_BYTES = 10e6;
const LAYERS = [256, 64];
const NUM_STARTS = 15;
const MEGABYTE = 1e6;

/** Runs the benchmark. */
export async function run() {
  const work = await mkdtemp(join(tmpdir(), 'bert2dnn-load-'));
  try {
    const pairs = await shopPairs(work);
    const students = {
      'at most 10 MB': smallStudent(pairs, MAX_BYTES),
      '100,000 n-grams a field': randomStudent(pairs, LAYERS),
    };
    const rows = [];
    for (const [name, student] of Object.entries(students)) {
      for (const precision of ['float32', 'int8']) {
        const bytes = await serializeModel(quantizeStudent(student, precision));
        const path = join(work, 'model.b2d');
        await writeFile(path, bytes);
        const size = `${(bytes.length / MEGABYTE).toFixed(1)} MB`;
        rows.push([name, precision, size, ...(await measure(path))]);
      }
    }
    printTable(
      [
        'student',
        'stored in',
        'file',
        'from path, ms',
        'MB',
        'from bytes, ms',
        'MB',
        'nothing, MB',
      ],
      rows,
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Medians of ways in turn; and the memory of a process that loads the package alone. */
async function measure(path) {
  const ways = { path: [], bytes: [], nothing: [] };
  for (let start = 0; start < NUM_STARTS; start++) {
    for (const [way, results] of Object.entries(ways)) {
      const { stdout } = await promisify(execFile)(process.execPath, [CHILD, path, way]);
      results.push(JSON.parse(stdout));
    }
  }
  const median = (way, member) =>
    ways[way].map((result) => result[member]).sort((left, right) => left - right)[NUM_STARTS >> 1];
  const megabytes = (way) => (median(way, 'bytes') / MEGABYTE).toFixed(0);
  return [
    median('path', 'ms').toFixed(1),
    megabytes('path'),
    median('bytes', 'ms').toFixed(1),
    megabytes('bytes'),
    megabytes('nothing'),
  ];
}
