// A distillation that is killed with -9 again and again, at seeded moments of its work, and must end with the bytes of the
// unbroken one. For the test of a few kills in every run of the tests, and for that of many in a run of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeParquet } from '../../src/data/index.js';
import { createRandom } from '../../src/foundation/random.js';
import { hashFolder } from '../teacher/folder-hash.js';

const CHILD = fileURLToPath(new URL('./distill-child.mjs', import.meta.url));

/** Writes `train.parquet` and `dev.parquet`: pairs whose label says whether the title has the query's word. */
export async function writePairs(folder: string): Promise<void> {
  for (const [name, numRows] of [
    ['train', 300],
    ['dev', 40],
  ] as const) {
    const random = createRandom(5, name);
    const word = () => `w${Math.floor(30 * random.next() ** 2)}`;
    const queries = Array.from({ length: numRows }, word);
    const titles = queries.map((query) => {
      const words = [word(), word(), word()];
      if (random.next() < 0.5) words[random.nextInt(3)] = query;
      return words.join(' ');
    });
    const labels = queries.map((query, row) => (titles[row].split(' ').includes(query) ? 1 : 0));
    await writeParquet(join(folder, `${name}.parquet`), [
      { name: 'query', type: 'VARCHAR', values: queries },
      { name: 'title', type: 'VARCHAR', values: titles },
      { name: 'label', type: 'DOUBLE', values: labels },
    ]);
  }
}

/** A running child and all that it will have said. */
export interface RunningChild {
  child: ChildProcess;
  ended: Promise<string>;
}

/**
 * Starts a distillation of `folder`'s pairs into `<folder>/<name>/student`.
 * @param limitBlocks KiB that a file may have; absent: any size
 */
export function startChild(
  folder: string,
  { name, threads, limitBlocks }: { name: string; threads: number; limitBlocks?: number },
): RunningChild {
  const files = ['train.parquet', 'dev.parquet', `${name}/student`].map((path) =>
    join(folder, path),
  );
  // A write beyond the limit must fail, not end the process.
  const limit = limitBlocks === undefined ? '' : `trap '' XFSZ; ulimit -f ${limitBlocks}; `;
  const command = [`${limit}exec "$@"`, 'child', process.execPath, CHILD, ...files, `${threads}`];
  const child = spawn('bash', ['-c', ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (text) => {
    said += text;
  });
  return { child, ended: new Promise((resolve) => child.on('close', () => resolve(said))) };
}

/** What became of the kills. */
export interface KillReport {
  /** Kills that met a running child. */
  numKills: number;
  /** Distillations that reached their end. */
  numFinished: number;
  /** Updates that the runs went on from. */
  resumedFrom: number[];
  /** Hashes of the finished students other than `expected`. */
  wrong: string[];
  /** Names left beside a finished student. */
  leftovers: string[];
}

/** Kills and starts again until `numKills` kills are done, then lets it finish. */
export async function killAgainAndAgain(
  folder: string,
  { numKills, seed, expected }: { numKills: number; seed: number; expected: string },
): Promise<KillReport> {
  const random = createRandom(seed, 'kills');
  const report: KillReport = {
    numKills: 0,
    numFinished: 0,
    resumedFrom: [],
    wrong: [],
    leftovers: [],
  };
  for (;;) {
    const isLast = report.numKills >= numKills;
    const running = startChild(folder, { name: 'killed', threads: 1 + random.nextInt(3) });
    const wait = { numLines: 1 + random.nextInt(70), milliseconds: 12 * random.next() };
    if (!isLast) killAfter(running.child, wait);
    const said = await running.ended;
    const resumed = /goes on from a checkpoint: update (\d+)/.exec(said);
    if (resumed !== null) report.resumedFrom.push(Number(resumed[1]));
    if (running.child.signalCode === 'SIGKILL') {
      report.numKills++;
      continue;
    }
    report.numFinished++;
    const hash = await hashFolder(join(folder, 'killed', 'student'));
    if (hash !== expected) report.wrong.push(hash);
    const names = await readdir(join(folder, 'killed'));
    // What a kill in the middle of writing the student leaves may be another run's: it goes when it is an hour old.
    const isExpected = (name: string) => /^(student|\.tmp-[0-9a-f]{12}-student)$/.test(name);
    report.leftovers.push(...names.filter((name) => !isExpected(name)));
    await rm(join(folder, 'killed'), { recursive: true });
    if (isLast) return report;
  }
}

/** Kills a child a little after it has said so many lines. */
function killAfter(
  child: ChildProcess,
  { numLines, milliseconds }: { numLines: number; milliseconds: number },
): void {
  let left = numLines;
  child.stdout?.on('data', (text) => {
    const isBefore = left > 0;
    left -= String(text).split('\n').length - 1;
    if (isBefore && left <= 0) setTimeout(() => child.kill('SIGKILL'), milliseconds);
  });
}
