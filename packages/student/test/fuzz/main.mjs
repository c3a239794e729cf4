// The fuzzers: `npm run fuzz -- --cases 1000000 --seed 7`. Mutated students must be refused with a StudentError or be students
// that score finite numbers, the same by every executor; no case may hang or take more memory than its file accounts for;
// plain texts must be read as the tokenizer reads them, and ids be the same in WebAssembly. Every case is made again from its
// seed and number: `--seed 7 --first 12345 --cases 1`.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';

const { values } = parseArgs({
  options: {
    /** `loader`: mutated files. `scorer`: sound students on arbitrary texts. `reader`: plain texts beside the tokenizer. `features`: ids. */
    what: { type: 'string', default: 'loader' },
    cases: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    threads: { type: 'string', default: String(availableParallelism()) },
    /** File to which a line is added for each run. Without: none. */
    log: { type: 'string' },
  },
});

/** Cases that a thread is given at once. */
const BATCH = 20_000;
/** A case that takes longer hangs. */
const HANG_MS = 20_000;
/** Failures after which there is nothing more to learn. */
const MAX_FAILURES = 20;

if (!['loader', 'scorer', 'reader', 'features'].includes(values.what)) {
  console.error(`--what: got ${values.what}, expected loader, scorer, reader or features`);
  process.exit(2);
}
const numCases = Number(values.cases);
const seed = Number(values.seed);
const end = Number(values.first) + numCases;
let next = Number(values.first);
const outcomes = {};
const failures = [];
const slowest = { ms: 0, caseIndex: -1 };
let largestShare = 0;

/** One thread after another until no case is left. */
async function runThreads() {
  while (next < end && failures.length < MAX_FAILURES) {
    const first = next;
    next = Math.min(end, next + BATCH);
    await runThread(first, next - first);
  }
}

function runThread(first, count) {
  const state = new SharedArrayBuffer(4);
  const current = new Int32Array(state);
  const workerData = { what: values.what, seed, first, numCases: count, state };
  const worker = new Worker(new URL('./fuzz-worker.mjs', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  let seen = { caseIndex: -1, sinceMs: performance.now() };
  const watch = setInterval(() => {
    const caseIndex = current[0];
    if (caseIndex !== seen.caseIndex) seen = { caseIndex, sinceMs: performance.now() };
    else if (performance.now() - seen.sinceMs > HANG_MS) {
      failures.push({ caseIndex, message: `hangs: no end after ${HANG_MS} ms` });
      worker.terminate();
    }
  }, 1000);
  return new Promise((resolve) => {
    worker.on('message', (message) => {
      if (message.failure !== undefined) failures.push(message.failure);
      else addResult(message);
    });
    worker.on('error', (error) => {
      failures.push({ caseIndex: current[0], message: `the thread died: ${error.stack}` });
    });
    worker.on('exit', () => {
      clearInterval(watch);
      resolve();
    });
  });
}

function addResult(result) {
  for (const [name, count] of Object.entries(result.outcomes)) {
    outcomes[name] = (outcomes[name] ?? 0) + count;
  }
  if (result.slowest.ms > slowest.ms) Object.assign(slowest, result.slowest);
  largestShare = Math.max(largestShare, result.largestShare);
}

/** Sums of all runs of a log. */
function readTotals(path) {
  const runs = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return {
    runs: runs.length,
    cases: runs.reduce((sum, run) => sum + run.cases, 0),
    failures: runs.reduce((sum, run) => sum + run.failures.length, 0),
    done: runs.map(
      (run) =>
        `${run.what ?? 'loader'}, seed ${run.seed}: ${run.first} to ${run.first + run.cases - 1}`,
    ),
  };
}

const startMs = performance.now();
await Promise.all(Array.from({ length: Number(values.threads) }, runThreads));
const seconds = (performance.now() - startMs) / 1000;
const cases = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
const sorted = Object.fromEntries(Object.entries(outcomes).sort(([, a], [, b]) => b - a));
for (const [name, count] of Object.entries(sorted)) console.log(`${name.padEnd(28)} ${count}`);
console.log(
  `${cases} cases of seed ${seed} from ${values.first} in ${seconds.toFixed(1)} s, ${Math.round(cases / seconds)} a second`,
);
console.log(
  `slowest: case ${slowest.caseIndex}, ${slowest.ms.toFixed(1)} ms; most memory: ${largestShare.toFixed(1)} bytes for each of the file and 10,000 more`,
);
for (const { caseIndex, message } of failures.slice(0, MAX_FAILURES)) {
  console.log(
    `FAILED --what ${values.what} --seed ${seed} --first ${caseIndex} --cases 1: ${message}`,
  );
}
if (values.log !== undefined) {
  const run = {
    what: values.what,
    seed,
    first: Number(values.first),
    cases,
    failures,
    outcomes: sorted,
    largestShare,
  };
  const rate = { seconds: Math.round(seconds), casesPerSecond: Math.round(cases / seconds) };
  appendFileSync(values.log, `${JSON.stringify({ ...run, ...rate, node: process.version })}\n`);
}
if (values.log !== undefined && existsSync(values.log)) {
  const totals = readTotals(values.log);
  console.log(
    `in ${values.log}: ${totals.runs} runs, ${totals.cases} cases, ${totals.failures} failures`,
  );
  for (const range of totals.done) console.log(`  ${range}`);
}
console.log(`${failures.length} failures`);
process.exitCode = failures.length > 0 || cases < numCases ? 1 : 0;
