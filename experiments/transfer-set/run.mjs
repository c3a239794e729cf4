// Three million pairs from real search data, made three times: with one thread, with two, and killed on the way. See
// README.md beside this file. All three must be the same bytes.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { dataStats, readTable } from 'bert2dnn';
import {
  writeFileAtomically,
  writeJsonAtomically,
} from '../../packages/bert2dnn/dist/foundation/files.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const MAIN = fileURLToPath(new URL('../../packages/bert2dnn/dist/cli/main.js', import.meta.url));

const { values: options } = parseArgs({
  options: {
    shared: { type: 'string', default: process.env.BERT2DNN_SHARED },
    work: { type: 'string', default: join(HERE, 'work') },
    size: { type: 'string', default: '3000000' },
    kills: { type: 'string', default: '5' },
  },
});
if (options.shared === undefined) {
  console.error(
    'usage: node experiments/transfer-set/run.mjs --shared DIR [--work DIR] [--size N] [--kills N]',
  );
  process.exit(2);
}

/** The two graded sets, their grades mapped to 0..1. */
const GRADED = [
  { file: 'homedepot.tsv.gz', range: [1, 3] },
  { file: 'crowdflower.tsv.gz', range: [1, 4] },
];

/** A tenth of the queries, by hash: the rule of the shared teachers. */
function isDevQuery(query) {
  const digest = createHash('sha1').update(query, 'utf8').digest('hex');
  return Number.parseInt(digest.slice(0, 8), 16) % 10 === 0;
}

/** Writes `train.tsv` and `dev.tsv` of both sets. */
async function writeLabelled(search, work) {
  const lines = { train: ['query\ttitle\tlabel'], dev: ['query\ttitle\tlabel'] };
  for (const { file, range } of GRADED) {
    const [low, high] = range;
    const columns = { texts: ['query', 'title', 'relevance'] };
    for await (const { texts } of readTable(join(search, file), columns)) {
      const [queries, titles, grades] = texts;
      queries.forEach((query, row) => {
        const label = (Number(grades[row]) - low) / (high - low);
        lines[isDevQuery(query) ? 'dev' : 'train'].push(`${query}\t${titles[row]}\t${label}`);
      });
    }
  }
  const files = { train: join(work, 'train.tsv'), dev: join(work, 'dev.tsv') };
  for (const [part, file] of Object.entries(files)) {
    await writeFileAtomically(file, `${lines[part].join('\n')}\n`);
  }
  return files;
}

/** `prepare` as a process; `killAfterMs` ends it with SIGKILL. Gives whether it came to its end, and its result. */
function runPrepare(args, killAfterMs) {
  const child = spawn(process.execPath, [MAIN, 'prepare', ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const timer = killAfterMs && setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  return new Promise((done, fail) => {
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      if (signal === 'SIGKILL') done({ finished: false });
      else if (code === 0) done({ finished: true, result: JSON.parse(text) });
      else fail(new Error(`prepare ended with ${code}`));
    });
  });
}

/** SHA-256 of every file of a folder, by path. */
async function hashFolder(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const hashes = {};
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    hashes[path.slice(folder.length + 1)] = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  }
  return Object.fromEntries(Object.entries(hashes).sort());
}

const work = resolve(options.work);
const search = join(resolve(options.shared), 'data', 'search');
await mkdir(work, { recursive: true });
const files = await writeLabelled(search, work);
const common = [
  '--labelled',
  files.train,
  '--dev',
  files.dev,
  '--shares',
  '1:0:0',
  '--fields',
  'query,title',
].concat(['--catalogue', join(search, 'catalogue.tsv.gz'), '--transfer-size', options.size]);

const runs = [];
for (const [name, threads, kills] of [
  ['one-thread', 1, 0],
  ['two-threads', 2, 0],
  ['killed', 2, Number(options.kills)],
]) {
  const out = join(work, name);
  await rm(out, { recursive: true, force: true });
  const args = [...common, '--threads', String(threads), '--out', out];
  const startMs = performance.now();
  let numKilled = 0;
  let outcome = { finished: false };
  while (!outcome.finished) {
    const wholeMs = runs.at(-1)?.seconds * 1000;
    // Spread over the time that an unbroken run takes.
    const killAfterMs =
      numKilled < kills ? (wholeMs * (2 * numKilled + 1)) / (2 * kills + 2) : undefined;
    outcome = await runPrepare(args, killAfterMs);
    if (!outcome.finished) numKilled++;
  }
  const seconds = (performance.now() - startMs) / 1000;
  const hashes = await hashFolder(out);
  const same = runs.length === 0 || JSON.stringify(hashes) === JSON.stringify(runs[0].hashes);
  console.error(
    `${name}: ${seconds.toFixed(0)} s, killed ${numKilled} times, ${same ? 'same bytes' : 'OTHER BYTES'}`,
  );
  runs.push({ name, threads, numKilled, seconds, same, hashes, result: outcome.result });
}

const stats = await dataStats({ input: [join(work, 'one-thread')] });
await writeFile(join(work, 'stats.json'), `${JSON.stringify(stats, null, 2)}\n`);
const { parts, ...transfer } = runs[0].result.transfer;
await writeJsonAtomically(join(HERE, 'result.json'), {
  machine: `${cpus()[0].model} x ${cpus().length}, Node ${process.version}`,
  date: new Date().toISOString().slice(0, 10),
  runs: runs.map(({ name, threads, numKilled, seconds, same }) => ({
    name,
    threads,
    numKilled,
    seconds: Math.round(seconds),
    same,
  })),
  labelled: runs[0].result.labelled,
  splits: runs[0].result.splits,
  transfer,
  numParts: parts.length,
  hashes: runs[0].hashes,
  leakage: stats.leakage,
});
if (runs.some((run) => !run.same)) process.exitCode = 1;
