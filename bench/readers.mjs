// Rows and megabytes a second of reading labelled pairs from each format, one thread: opening (every row is checked) and
// streaming. `--beside DIST` reads with another build of bert2dnn too, in turns; `--rows N`, `--only NAME` for less.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { writeParquet } from '../packages/bert2dnn/dist/data/parquet-writer.js';
import { createRandom } from '../packages/bert2dnn/dist/foundation/random.js';
import { median, printTable } from './measure.mjs';

const NUM_PASSES = 5;
const SYLLABLES = 'ba co du fi go ha ki lo mé nu pa ro sü ta vi wo xe ya zu ße'.split(' ');

function makeText(random, numWords) {
  const words = Array.from({ length: numWords }, () => {
    const numSyllables = 1 + random.nextInt(3);
    return Array.from({ length: numSyllables }, () => SYLLABLES[random.nextInt(20)]).join('');
  });
  return words.join(' ');
}

/** Pairs of a few words with a grade. One title in four has a comma, one in ten quotes. */
function makeRows(numRows) {
  const random = createRandom(1, 'bench readers');
  return Array.from({ length: numRows }, () => {
    const kind = random.nextInt(20);
    const title = makeText(random, 4 + random.nextInt(8));
    const middle = kind < 5 ? ', ' : kind < 7 ? ' "x" ' : ' ';
    return {
      query: makeText(random, 1 + random.nextInt(4)),
      title: `${title}${middle}${makeText(random, 2)}`,
      label: random.nextInt(5) / 4,
    };
  });
}

const quote = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

async function writeInputs(folder, numRows) {
  const rows = makeRows(numRows);
  const put = (name, header, lineOf) => {
    writeFileSync(join(folder, name), `${header}${rows.map(lineOf).join('\n')}\n`);
    return name;
  };
  const tsv = put('rows.tsv', 'query\ttitle\tlabel\n', (row) => Object.values(row).join('\t'));
  writeFileSync(join(folder, 'rows.tsv.gz'), gzipSync(readFileSync(join(folder, tsv))));
  put('rows.csv', 'query,title,label\n', ({ query, title, label }) =>
    [quote(query), quote(title), label].join(','),
  );
  put('quoted.csv', 'query,title,label\n', ({ query, title, label }) =>
    [query, title, String(label)].map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','),
  );
  put('rows.jsonl', '', (row) => JSON.stringify(row));
  await writeParquet(join(folder, 'rows.parquet'), [
    { name: 'query', type: 'VARCHAR', values: rows.map((row) => row.query) },
    { name: 'title', type: 'VARCHAR', values: rows.map((row) => row.title) },
    { name: 'label', type: 'DOUBLE', values: rows.map((row) => row.label) },
  ]);
}

/** CPU seconds and wall seconds of opening a file and of streaming it. */
async function timePass({ openExamples, readExamples }, path, numRows) {
  const times = [];
  const time = async (work) => {
    const startMs = performance.now();
    const cpu = process.cpuUsage();
    const result = await work();
    const { user, system } = process.cpuUsage(cpu);
    times.push({ wallS: (performance.now() - startMs) / 1000, cpuS: (user + system) / 1e6 });
    return result;
  };
  const set = await time(() => openExamples([path], {}, { label: true }));
  let numRead = 0;
  await time(async () => {
    for await (const batch of readExamples(set)) numRead += batch.numRows;
  });
  if (numRead !== numRows) throw new Error(`${path}: read ${numRead} rows, expected ${numRows}`);
  return times;
}

function describe(passes, numRows, megabytes) {
  const figures = [0, 1].flatMap((phase) => {
    const wallS = median(passes.map((pass) => pass[phase].wallS));
    const cpuS = median(passes.map((pass) => pass[phase].cpuS));
    const millions = (seconds) => (numRows / 1e6 / seconds).toFixed(2);
    return [millions(wallS), (megabytes / wallS).toFixed(0), millions(cpuS)];
  });
  return figures;
}

function optionOf(options, name) {
  const at = options.indexOf(name);
  return at === -1 ? undefined : options[at + 1];
}

export async function run(options) {
  const numRows = Number(optionOf(options, '--rows') ?? 1e6);
  const only = optionOf(options, '--only');
  const beside = optionOf(options, '--beside');
  const builds = { this: await import('../packages/bert2dnn/dist/data/index.js') };
  if (beside !== undefined) {
    builds.beside = await import(pathToFileURL(resolve(beside, 'data/index.js')).href);
  }
  const folder = mkdtempSync(join(tmpdir(), 'bert2dnn-bench-'));
  try {
    await writeInputs(folder, numRows);
    const table = [];
    const names = [
      'rows.tsv',
      'rows.tsv.gz',
      'rows.csv',
      'quoted.csv',
      'rows.jsonl',
      'rows.parquet',
    ];
    for (const name of names.filter((name) => only === undefined || name === only)) {
      const path = join(folder, name);
      const passes = Object.fromEntries(Object.keys(builds).map((build) => [build, []]));
      for (let pass = 0; pass < NUM_PASSES; pass++) {
        for (const [build, data] of Object.entries(builds)) {
          passes[build].push(await timePass(data, path, numRows));
        }
      }
      const megabytes = statSync(path).size / 1e6;
      for (const build of Object.keys(builds)) {
        const figures = describe(passes[build].slice(1), numRows, megabytes);
        table.push([name, build, megabytes.toFixed(0), ...figures]);
      }
    }
    const phases = ['open', 'stream'].flatMap((phase) => [
      `${phase}: M rows/s`,
      'MB/s',
      'M rows per CPU s',
    ]);
    printTable(['file', 'build', 'MB', ...phases], table);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
