// `prepare` on generated logs of growing length: rows a second, the highest memory of the process, and whether what was
// planted in the log was found. `--rows 100000,1000000` names other lengths (100000000 takes a while and 25 GB of disk).
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  NUM_POSITIONS,
  sizesOf,
  writeGeneratedCatalogue,
  writeGeneratedLabels,
  writeGeneratedLog,
} from './data-log.mjs';
import { printTable } from './measure.mjs';

const CHILD = fileURLToPath(new URL('./data-prepare.mjs', import.meta.url));
const DEFAULT_ROWS = [100_000, 1_000_000, 10_000_000];
const NUM_LABELS = 5_000;

/** The log, catalogue and labels of one length. */
async function writeInputs(folder, rows, format) {
  const log = join(folder, `log.${format}`);
  const startMs = performance.now();
  const planted = await writeGeneratedLog({ rows, out: log, format });
  const seconds = (performance.now() - startMs) / 1000;
  const catalogue = join(folder, 'catalogue.tsv');
  await writeGeneratedCatalogue({ rows: sizesOf(rows).numTitles, out: catalogue });
  const labels = join(folder, 'labels.tsv');
  await writeGeneratedLabels({ rows: NUM_LABELS, logRows: rows, out: labels });
  const { size } = await stat(log);
  return { log, catalogue, labels, planted, bytes: size, seconds };
}

/** `prepare` in a process of its own: seconds, high-water mark of its memory, result. */
function runPrepare(options) {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  return new Promise((done, fail) => {
    child.on('exit', (code) =>
      code === 0 ? done(JSON.parse(text)) : fail(new Error(`prepare ended with ${code}`)),
    );
  });
}

/** How far the estimated examination is from the planted one, at worst, as a ratio. */
function worstExamination(planted, found) {
  const ratios = Array.from({ length: NUM_POSITIONS }, (_, index) => {
    const ratio = found[index] / (planted.examination[index + 1] / planted.examination[1]);
    return Math.max(ratio, 1 / ratio);
  });
  return Math.max(...ratios);
}

function share(found, planted) {
  return planted === 0 ? '-' : (found / planted).toFixed(4);
}

async function benchRows(rows, { format, threads, root }) {
  const folder = join(root, String(rows));
  await mkdir(folder, { recursive: true });
  const inputs = await writeInputs(folder, rows, format);
  const { planted } = inputs;
  console.error(
    `log of ${rows} rows written in ${inputs.seconds.toFixed(0)} s, ${(inputs.bytes / 1e6).toFixed(0)} MB`,
  );
  const { seconds, peakBytes, result } = await runPrepare({
    labelled: [inputs.labels],
    log: [inputs.log],
    catalogue: [inputs.catalogue],
    columns: { fields: { query: 'query', title: 'title' }, label: 'grade', labelRange: [1, 4] },
    transferSize: Math.round(1.1 * planted.distinctPairs),
    threads,
    out: join(folder, 'out'),
  });
  await rm(folder, { recursive: true, force: true });
  const personal = Object.values(result.transfer.personalRows).reduce((sum, n) => sum + n, 0);
  return {
    speed: [
      rows.toLocaleString('en'),
      (inputs.bytes / 1e6).toFixed(0),
      seconds.toFixed(1),
      Math.round(rows / seconds).toLocaleString('en'),
      (peakBytes / 1e6).toFixed(0),
      result.transfer.rows.toLocaleString('en'),
    ],
    found: [
      rows.toLocaleString('en'),
      share(result.log.impressions, planted.rows),
      share(result.log.botImpressions, planted.bots.rows),
      share(personal, planted.personal.rows),
      share(
        result.transfer.naturalRows +
          result.transfer.heldOutRows.equal +
          result.transfer.heldOutRows.near +
          personal +
          result.log.botImpressions,
        planted.rows + result.labelled.numRead - result.labelled.numMerged,
      ),
      result.clicks.rows.toLocaleString('en'),
      worstExamination(planted, result.clicks.examination).toFixed(3),
    ],
  };
}

/** Runs the benchmark. Options: `--rows N,N --format tsv|tsv.gz --threads N --folder DIR`. */
export async function run(options = []) {
  const optionOf = (name, fallback) =>
    options.includes(name) ? options[options.indexOf(name) + 1] : fallback;
  const lengths = optionOf('--rows')?.split(',').map(Number) ?? DEFAULT_ROWS;
  const format = optionOf('--format', 'tsv');
  const threads = Number(optionOf('--threads', '2'));
  const root = await mkdtemp(join(optionOf('--folder', tmpdir()), 'bert2dnn-bench-'));
  try {
    const results = [];
    for (const rows of lengths) results.push(await benchRows(rows, { format, threads, root }));
    console.log(`\nprepare: log (${format}), catalogue, ${NUM_LABELS} labels; ${threads} threads`);
    printTable(
      ['rows', 'log MB', 'seconds', 'rows/s', 'peak memory MB', 'transfer rows'],
      results.map(({ speed }) => speed),
    );
    console.log(
      '\nFound, as a share of what was planted; examination: the worst ratio of 20 positions',
    );
    printTable(
      [
        'rows',
        'impressions',
        'robots’ rows',
        'personal rows',
        'rows accounted for',
        'click pairs',
        'examination',
      ],
      results.map(({ found }) => found),
    );
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
