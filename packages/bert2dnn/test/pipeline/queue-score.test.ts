// Scoring through a queue: the bytes of one process, shards that fail, folders that change between submissions.
import { appendFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openExamples } from '../../src/data/index.js';
import { SILENT } from '../../src/foundation/progress.js';
import { parseQueueUrl } from '../../src/jobs/queue-address.js';
import { scoreOnQueue } from '../../src/pipeline/queue-score.js';
import {
  type QueueWorker,
  type QueueWorkerOptions,
  startQueueWorker,
} from '../../src/pipeline/queue-worker.js';
import { score } from '../../src/teacher/score.js';
import { REDIS_MISSING, RedisProcess } from '../jobs/faults/redis-process.js';

const TINY_BERT = fileURLToPath(new URL('../golden/tiny-bert', import.meta.url));
const FAILING = fileURLToPath(new URL('./failing-scorer.mjs', import.meta.url));
const TUNING = { attempts: 2, firstRetryMs: 10 };

let redis: RedisProcess | undefined;
let work: string;
let input: string;
let numQueues = 0;
let queue: string;
const workers: QueueWorker[] = [];

beforeAll(async () => {
  if (REDIS_MISSING === undefined) redis = await RedisProcess.start();
});
afterAll(async () => redis?.stop());
beforeEach(async (context) => {
  context.skip(REDIS_MISSING !== undefined, REDIS_MISSING);
  work = await mkdtemp(join(tmpdir(), 'queue-score-'));
  input = join(work, 'pairs.tsv');
  const rows = Array.from({ length: 45 }, (_, row) => `the ${'cat '.repeat(row % 4)}x\tdog ${row}`);
  await writeFile(input, `query\ttitle\n${rows.join('\n')}\n`);
  queue = `redis://127.0.0.1:${redis?.port}?prefix=test-${numQueues++}`;
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close()));
  await rm(work, { recursive: true, force: true });
});

async function startWorker(more: Partial<QueueWorkerOptions> = {}): Promise<QueueWorker> {
  const worker = await startQueueWorker({
    address: parseQueueUrl(queue, {}),
    progress: SILENT,
    ...more,
  });
  workers.push(worker);
  return worker;
}

async function submit(out: string) {
  return scoreOnQueue({
    queue,
    teacher: TINY_BERT,
    input: await openExamples([input]),
    out: join(work, out),
    shardRows: 10,
    progress: SILENT,
    tuning: TUNING,
    reconcileMs: 200,
  });
}

async function filesOf(out: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of (await readdir(join(work, out))).sort()) {
    if (name.endsWith('.parquet')) files[name] = await readFile(join(work, out, name), 'base64');
  }
  const manifest = JSON.parse(await readFile(join(work, out, 'manifest.json'), 'utf8')) as object;
  // The time it took is the only thing that may differ.
  return { ...files, manifest: JSON.stringify({ ...manifest, seconds: 0 }) };
}

describe('score on a queue', () => {
  it('leaves the bytes of a scoring in one process', async () => {
    await startWorker({ concurrency: 2, threads: 2 });
    const result = await submit('queue');
    expect(result).toMatchObject({
      numRows: 45,
      numOutputs: 3,
      complete: true,
      shards: { produced: 5, reused: 0, total: 5 },
    });
    const set = await openExamples([input]);
    await score({ teacher: TINY_BERT, input: set, out: join(work, 'local'), shardRows: 10 });
    expect(await filesOf('queue')).toEqual(await filesOf('local'));
    expect((await submit('queue')).shards).toEqual({ produced: 0, reused: 5, total: 5 });
  });

  it.each([
    ['int8', { precision: 'int8', int8: { force: true } }],
    ['vectors', { embeddings: { pooling: 'cls' }, failedRows: 'skip' }],
  ] as const)('hands the options that decide the bytes to the workers: %s', async (_, chosen) => {
    await startWorker();
    const options = {
      ...chosen,
      teacher: TINY_BERT,
      input: await openExamples([input], { fields: { query: 'title', title: 'query' } }),
      shardRows: 20,
      maxTokens: 7,
      progress: SILENT,
    };
    const result = await scoreOnQueue({ ...options, queue, out: join(work, 'queue') });
    expect(result).toMatchObject({ complete: true, numFailedRows: 0, shards: { produced: 3 } });
    await score({ ...options, out: join(work, 'local') });
    expect(await filesOf('queue')).toEqual(await filesOf('local'));
  });

  it('reports a shard that fails and finishes the others', async () => {
    const worker = await startWorker({ program: FAILING });
    await expect(submit('out')).rejects.toMatchObject({
      code: 'JOBS_FAILED',
      message:
        '1 of 5 shards failed, the others are finished:\n' +
        '  shard 1, rows 10 to 19, 2 attempts: NOT_FINITE: row 12: the logit is NaN',
    });
    await worker.close();
    await startWorker();
    expect((await submit('out')).shards).toEqual({ produced: 1, reused: 4, total: 5 });
  });

  it('makes again what was deleted while its worker has the scoring open', async () => {
    await startWorker();
    await submit('out');
    const before = await filesOf('out');
    await rm(join(work, 'out'), { recursive: true });
    expect((await submit('out')).shards).toEqual({ produced: 5, reused: 0, total: 5 });
    expect(await filesOf('out')).toEqual(before);
  });

  it('fails with the worker’s host and reason where its teacher is another one', async () => {
    const teacher = join(work, 'teacher');
    await cp(TINY_BERT, teacher, { recursive: true });
    await appendFile(join(teacher, 'config.json'), ' ');
    await startWorker({ teacher });
    await expect(submit('out')).rejects.toMatchObject({
      code: 'JOBS_FAILED',
      message: expect.stringContaining(`SCORES_MISMATCH: ${hostname()}: ${teacher} has the`),
    });
  });
});
