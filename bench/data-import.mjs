// Time and memory of `data import` on made-up files of the size and shape of MS MARCO passages: the largest set.
// `npm run bench -- data-import [passages] [queries]`; without numbers, the published sizes (7 GB of disk).
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createRandom } from '../packages/bert2dnn/dist/foundation/random.js';
import { importData } from '../packages/bert2dnn/dist/library.js';
import { printTable } from './measure.mjs';

const PASSAGE_WORDS = 56;
const LINES_AT_ONCE = 2000;

/** Writes lines `lineOf(0)`, `lineOf(1)`, ... as a stream. */
async function writeLines(path, numLines, lineOf) {
  const file = createWriteStream(path);
  for (let start = 0; start < numLines; start += LINES_AT_ONCE) {
    const count = Math.min(LINES_AT_ONCE, numLines - start);
    const text = Array.from({ length: count }, (_, index) => `${lineOf(start + index)}\n`).join('');
    if (!file.write(text)) await new Promise((resolve) => file.once('drain', resolve));
  }
  file.end();
  await finished(file);
}

async function writeCollection(folder, numPassages, numQueries) {
  const random = createRandom(1, 'bench/data-import');
  const word = () => `w${random.nextInt(50_000)}`;
  const texts = Array.from({ length: 4000 }, () =>
    Array.from({ length: PASSAGE_WORDS }, word).join(' '),
  );
  const passage = () => texts[random.nextInt(texts.length)];
  await writeLines(
    join(folder, 'collection.tsv'),
    numPassages,
    (pid) => `${pid}\t${passage()} ${pid}`,
  );
  await writeLines(
    join(folder, 'queries.train.tsv'),
    numQueries,
    (qid) => `${qid}\t${word()} ${word()} ${word()} ${qid}`,
  );
  await writeLines(
    join(folder, 'qrels.train.tsv'),
    numQueries,
    (qid) => `${qid}\t0\t${random.nextInt(numPassages)}\t1`,
  );
}

export async function run([passages = '8841823', queries = '502939']) {
  const folder = await mkdtemp(join(tmpdir(), 'bert2dnn-bench-import-'));
  try {
    await writeCollection(folder, Number(passages), Number(queries));
    const generatedMiB = process.resourceUsage().maxRSS / 1024;
    const startMs = performance.now();
    const result = await importData({ name: 'ms-marco', from: folder, out: join(folder, 'out') });
    const seconds = (performance.now() - startMs) / 1000;
    const rows = Object.entries(result.outputs).map(([name, output]) => `${name} ${output.rows}`);
    printTable(
      ['passages', 'queries', 'seconds', 'peak MiB', 'MiB before', 'rows written'],
      [
        [
          passages,
          queries,
          seconds.toFixed(1),
          (process.resourceUsage().maxRSS / 1024).toFixed(0),
          generatedMiB.toFixed(0),
          rows.join(', '),
        ],
      ],
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
