// A thread of a fuzzer: runs the cases that it is given and reports what came of them.
import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { prepareFeaturizers, runFeaturesCase } from './features-case.mjs';
import { loadCase, makeCase, runCase, runCaseByDoors, runCaseByExecutors } from './one-case.mjs';
import { prepareReaders, runReaderCase } from './reader-case.mjs';
import { prepareScorers, runScorerCase } from './scorer-case.mjs';
import { makeSeeds } from './seed-students.mjs';
import { prepareSeed } from './student-parts.mjs';

/** Of so many cases one goes through the users' doors as well, and is written and read again. */
const DOOR_EVERY = 64;
/** Of so many cases one is run by every executor. */
const EXECUTORS_EVERY = 16;
/** Of so many cases one has its memory looked at. */
const MEMORY_EVERY = 8;
/** What a load may take beside a share of its file: scratch of fixed size, tables of the engine. */
const FIXED_BYTES = 2_000_000;
const BYTES_BY_BYTE = 200;

const { what, seed, first, numCases, state } = workerData;
/** [0]: the case that runs, for whoever watches. */
const current = new Int32Array(state);
const outcomes = {};
const slowest = { ms: 0, caseIndex: -1 };
let largestShare = 0;

async function main() {
  // A trace costs more than a case; whoever looks into a failure runs it alone.
  if (numCases > 1) Error.stackTraceLimit = 0;
  const runOne = await makeRunner();
  for (let caseIndex = first; caseIndex < first + numCases; caseIndex++) {
    Atomics.store(current, 0, caseIndex);
    const startMs = performance.now();
    const outcome = await runGuarded(() => runOne(caseIndex), caseIndex);
    const ms = performance.now() - startMs;
    if (ms > slowest.ms) Object.assign(slowest, { ms, caseIndex });
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  parentPort.postMessage({ outcomes, slowest, largestShare });
}

/** What runs a case by its number. */
async function makeRunner() {
  if (what === 'reader') {
    const readers = prepareReaders();
    return (caseIndex) => runReaderCase(readers, seed, caseIndex);
  }
  if (what === 'features') {
    const featurizers = prepareFeaturizers(seed);
    return (caseIndex) => runFeaturesCase(featurizers, seed, caseIndex);
  }
  const seeds = (await makeSeeds()).map(prepareSeed);
  if (what === 'loader')
    return (caseIndex) => runLoaderCase(makeCase(seeds, seed, caseIndex), caseIndex);
  const scorers = prepareScorers(seeds);
  return (caseIndex) => runScorerCase(scorers, seed, caseIndex);
}

function runLoaderCase(file, caseIndex) {
  if (caseIndex % DOOR_EVERY === 0) return runCaseByDoors(file);
  if (caseIndex % EXECUTORS_EVERY === 2) return runCaseByExecutors(file);
  if (caseIndex % MEMORY_EVERY === 1) checkMemory(file);
  return runCase(file);
}

async function runGuarded(run, caseIndex) {
  try {
    return await run();
  } catch (error) {
    parentPort.postMessage({ failure: { caseIndex, message: String(error?.stack ?? error) } });
    return 'FAILED';
  }
}

/** @throws Error if loading took more memory than a file of this size may. */
function checkMemory(file) {
  const before = memoryInUse();
  try {
    // As users load: in WebAssembly, whose memory counts as well.
    loadCase(file, { executor: 'auto' });
  } catch {
    // What comes of it is `runCase`'s business.
  }
  const taken = memoryInUse() - before;
  const size = file.bytes.length + (file.json?.length ?? 0);
  largestShare = Math.max(largestShare, taken / (size + FIXED_BYTES / BYTES_BY_BYTE));
  if (taken <= FIXED_BYTES + BYTES_BY_BYTE * size) return;
  throw new Error(`a file of ${size} bytes took ${taken} bytes of memory`);
}

/** Bytes of objects and array buffers. A collection in between makes the difference smaller, never larger. */
function memoryInUse() {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}

await main();
