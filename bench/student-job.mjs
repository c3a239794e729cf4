// The whole distillation of generated pairs, from Parquet texts to the student's folder, in a process of its own: rows a
// second by phase, peak memory, the share of the epochs that waited for features.
// `npm run bench -- student-job [rows,...] [--threads n] [--epochs n] [--preset pair|bag|tower] [--layers a,b,...]
// [--window MiB] [--profile]`; 100000,1000000 unless given; 10^8 pairs need 12 GB of disk for texts and about 60 GB for the
// features of `pair`, 20 GB for those of `bag`.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ParquetWriter } from '../packages/bert2dnn/dist/data/index.js';
import { createRandom } from '../packages/bert2dnn/dist/foundation/random.js';
import { summarizeProfiles } from './cpu-profile.mjs';
import { printTable } from './measure.mjs';

const CHILD = fileURLToPath(new URL('./student-job-child.mjs', import.meta.url));
const PROFILES = 'student-job-profile';
const FILE_ROWS = 1_000_000;
const BATCH_ROWS = 50_000;
const NUM_WORDS = 200_000;
const MAX_TEXTS = 1_000_000;

/** A number as letters, so that no word looks like a quantity. */
function spell(number) {
  let word = '';
  for (let rest = number + 26; rest > 0; rest = Math.floor(rest / 26)) {
    word += String.fromCharCode(97 + (rest % 26));
  }
  return word;
}

/**
 * A catalogue and a log: titles of 6 to 14 words by Zipf's law, one for two pairs and a million at most; queries of 2 to 4
 * words, one for twenty pairs, most of them words of one title. Texts repeat, as they do in a shop.
 */
function createTexts(numRows, random) {
  const word = () => spell(Math.floor(NUM_WORDS ** random.next()));
  const many = (count, make) =>
    Array.from({ length: Math.max(1, Math.min(MAX_TEXTS, Math.ceil(count))) }, make);
  const titles = many(numRows / 2, () =>
    Array.from({ length: 6 + random.nextInt(9) }, word).join(' '),
  );
  const queries = many(numRows / 20, () => {
    const title = random.nextInt(titles.length);
    const words = titles[title].split(' ');
    const length = 2 + random.nextInt(3);
    const text = Array.from({ length }, () =>
      random.next() < 0.7 ? words[random.nextInt(words.length)] : word(),
    ).join(' ');
    return { text, title };
  });
  return { titles, queries };
}

/** Pairs of a query with its own title or another one; the soft label grows with shared words. */
async function writePairs(folder, numRows) {
  const random = createRandom(1, 'bench/student-job');
  const { titles, queries } = createTexts(numRows, random);
  for (let start = 0; start < numRows; start += FILE_ROWS) {
    const name = `pairs-${String(start / FILE_ROWS).padStart(5, '0')}.parquet`;
    const columns = ['query', 'title'].map((column) => ({ name: column, type: 'VARCHAR' }));
    const writer = await ParquetWriter.create(join(folder, name), [
      ...columns,
      { name: 'label', type: 'DOUBLE' },
    ]);
    const end = Math.min(numRows, start + FILE_ROWS);
    for (let first = start; first < end; first += BATCH_ROWS) {
      const rows = [[], [], []];
      for (let row = first; row < Math.min(end, first + BATCH_ROWS); row++) {
        const { text, title: own } = queries[random.nextInt(queries.length)];
        const title = titles[random.next() < 0.4 ? own : random.nextInt(titles.length)];
        const words = text.split(' ');
        const inTitle = new Set(title.split(' '));
        const share = words.filter((one) => inTitle.has(one)).length / words.length;
        const label = Math.min(1, share * 0.9 + 0.1 * random.next());
        [text, title, label].forEach((value, column) => void rows[column].push(value));
      }
      await writer.appendBatch(rows);
    }
    await writer.close();
  }
}

export async function run(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      threads: { type: 'string', default: '2' },
      epochs: { type: 'string', default: '2' },
      preset: { type: 'string', default: 'pair' },
      layers: { type: 'string', default: '256,64' },
      window: { type: 'string', default: '128' },
      profile: { type: 'boolean', default: false },
    },
  });
  const table = [];
  for (const numRows of (positionals[0] ?? '100000,1000000').split(',').map(Number)) {
    const folder = await mkdtemp(join(tmpdir(), 'bert2dnn-student-job-'));
    try {
      const startMs = performance.now();
      await writePairs(folder, numRows);
      const written = ((performance.now() - startMs) / 1000).toFixed(1);
      console.log(`${numRows} pairs written in ${written} s`);
      table.push(...runJob(folder, numRows, values));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  printTable(['pairs', 'phase', 'seconds', 'pairs/s', 'peak MiB so far'], table);
}

/** One job; rows of the table. */
function runJob(folder, numRows, values) {
  const profile = values.profile ? ['--cpu-prof', `--cpu-prof-dir=${PROFILES}`] : [];
  const settings = JSON.stringify({ folder, ...values });
  const { stdout, status, pid } = spawnSync(process.execPath, [...profile, CHILD, settings], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`student-job: the child ended with ${status}`);
  if (values.profile) {
    printTable(['thread', 'seconds', 'most of them in'], summarizeProfiles(PROFILES, pid));
  }
  const phases = JSON.parse(stdout.trim().split('\n').at(-1));
  return phases.map(({ phase, seconds, rows, peakMiB }) => [
    numRows,
    phase,
    seconds.toFixed(1),
    rows === 0 || seconds === 0 ? '' : Math.round(rows / seconds),
    peakMiB,
  ]);
}
