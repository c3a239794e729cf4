// `score --queue`, `worker` and `jobs` as processes: output, exit statuses, signals.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatSnapshot } from '../../src/cli/jobs.js';
import type { QueueSnapshot } from '../../src/jobs/redis-queue.js';
import { findFreePort, REDIS_MISSING, RedisProcess } from '../jobs/faults/redis-process.js';
import { MAIN_FILE, runCommand } from './command-line.js';

const TINY_BERT = fileURLToPath(new URL('../golden/tiny-bert', import.meta.url));

let redis: RedisProcess | undefined;
let work: string;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'cli-queue-'));
  await writeFile(join(work, 'texts.tsv'), `text\n${'the cat\n'.repeat(30)}`);
  if (REDIS_MISSING === undefined) redis = await RedisProcess.start();
});
afterAll(async () => {
  await redis?.stop();
  await rm(work, { recursive: true });
});

const scoreArguments = (out: string, more: readonly string[]): string[] => [
  'score',
  '--teacher',
  TINY_BERT,
  '--input',
  'texts.tsv',
  '--out',
  out,
  '--quiet',
  ...more,
];

/** A worker process that has said that it takes shards, and how it ends. */
async function startWorker(
  queue: string,
): Promise<{ worker: ChildProcess; ended: Promise<unknown> }> {
  const worker = spawn(process.execPath, [MAIN_FILE, 'worker', '--queue', queue, '--quiet'], {
    cwd: work,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise((resolve) =>
    worker.once('exit', (code, signal) => resolve(signal ?? code)),
  );
  await new Promise((resolve) => worker.stdout?.once('data', resolve));
  return { worker, ended };
}

describe('the command line of a queue', () => {
  beforeEach((context) => context.skip(REDIS_MISSING !== undefined, REDIS_MISSING));

  it('scores, shows, and ends in order', async () => {
    const queue = `redis://127.0.0.1:${redis?.port}?prefix=walk`;
    const unknown = await runCommand(work, ['jobs', '--queue', queue]);
    expect([unknown.status, unknown.stderr]).toEqual([
      1,
      expect.stringContaining('no queue of this prefix'),
    ]);
    const { worker, ended } = await startWorker(queue);
    const more = ['--shard-rows', '10', '--queue', queue, '--json'];
    const scored = await runCommand(work, scoreArguments('out', more));
    expect([scored.status, scored.stderr]).toEqual([0, '']);
    expect(JSON.parse(scored.stdout)).toMatchObject({
      complete: true,
      shards: { produced: 3, total: 3 },
    });
    const shown = await runCommand(work, ['jobs', '--queue', queue]);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      counts: { waiting: 0, active: 0, completed: 3, failed: 0 },
      numWorkers: 1,
    });
    expect(shown.stdout.trim().split('\n')).toHaveLength(1);
    worker.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('ends a worker at the second signal at once', async () => {
    const { worker, ended } = await startWorker(`redis://127.0.0.1:${redis?.port}?prefix=twice`);
    // Both are sent before it can have ended by the first.
    worker.kill('SIGSTOP');
    worker.kill('SIGTERM');
    worker.kill('SIGINT');
    worker.kill('SIGCONT');
    expect(await ended).toBe(130);
  });
});

describe('the command line without a queue', () => {
  it.each([
    [['worker', '--queue', 'http://:secret@x'], '--queue: got "http://***@x", expected redis://'],
    [['jobs', '--queue', 'localhost'], '--queue: got "localhost", expected redis://'],
    [['jobs'], '--queue: missing'],
    [
      scoreArguments('o', ['--queue', 'redis://x', '--shard', '0/2']),
      '--queue and --shard: got both',
    ],
  ])('%j is wrong usage', async (args, message) => {
    const run = await runCommand(work, args);
    expect([run.status, run.stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it('says that no Redis is there', async () => {
    const url = `redis://127.0.0.1:${await findFreePort()}`;
    for (const args of [['worker', '--queue', url], scoreArguments('o', ['--queue', url])]) {
      const run = await runCommand(work, args);
      expect([run.status, run.stderr]).toEqual([
        1,
        expect.stringContaining('no Redis answers (ECONNREFUSED)'),
      ]);
    }
  });
});

describe('the view of jobs', () => {
  it('has a line a worker and a line a failure', () => {
    const shard = { index: 7, start: 70, numRows: 10, file: 'scores-00007-0.parquet' };
    const snapshot: QueueSnapshot = {
      queue: 'redis://x:6379/0?prefix=bert2dnn',
      counts: { waiting: 12, active: 1, delayed: 2, completed: 30, failed: 1 },
      numWorkers: 1,
      active: [{ shard, out: '/out', worker: 'ada:42', ageSeconds: 65 }],
      failed: [{ id: 'x', shard, out: '/out', error: 'no luck', attempts: 5 }],
      rowsPerSecond: 20.4,
      secondsLeft: 125,
    };
    expect(formatSnapshot(snapshot)).toEqual([
      'redis://x:6379/0?prefix=bert2dnn  1 workers',
      'waiting 12  active 1  retried later 2  finished 30  failed 1',
      '20 rows/s, 2 min 05 s left',
      '',
      'worker  shard  rows         for',
      '──────  ─────  ────  ──────────',
      'ada:42      7    10  1 min 05 s',
      '',
      'failed',
      '  shard 7, 5 attempts: no luck',
    ]);
  });
});
