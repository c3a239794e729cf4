// The queue over a real Redis: one job a shard, locks under a model that blocks, and every way that Redis says no.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SILENT } from '../../src/foundation/progress.js';
import { parseQueueUrl } from '../../src/jobs/queue-address.js';
import { checkRedis, checkRedisVersion } from '../../src/jobs/redis-connection.js';
import { QUEUE_NAME, ShardQueue, startShardWorker } from '../../src/jobs/redis-queue.js';
import {
  createShardJob,
  parseShardJob,
  type ShardJob,
  shardJobId,
} from '../../src/jobs/shard-job.js';
import { planShards } from '../../src/jobs/shard-plan.js';
import { startQueueWorker } from '../../src/pipeline/queue-worker.js';
import { findFreePort, REDIS_MISSING, RedisProcess } from './faults/redis-process.js';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const PASSWORD = 'open-sesame';

let redis: RedisProcess | undefined;
let work: string;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'queue-'));
  if (REDIS_MISSING === undefined) {
    redis = await RedisProcess.start(['--requirepass', PASSWORD]);
  }
});
afterAll(async () => {
  await redis?.stop();
  await rm(work, { recursive: true });
});

const addressOf = (prefix: string) => parseQueueUrl(urlOf(prefix), {});
const urlOf = (prefix: string): string =>
  `redis://:${PASSWORD}@127.0.0.1:${redis?.port}?prefix=${prefix}`;

function makeJobs(numShards: number, out = '/out'): ShardJob[] {
  const numRows = numShards * 10;
  const plan = planShards({ numRows, shardRows: 10, prefix: 'scores', extension: '.x', key: 1 });
  return plan.map((shard) => createShardJob({ request: {}, out }, shard));
}

const finishedOf = ({ shard: { file, start, numRows } }: ShardJob) => ({
  file,
  start,
  numRows,
  sha256: '',
  seconds: 0,
});

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('a queue of shards', () => {
  beforeEach((context) => context.skip(REDIS_MISSING !== undefined, REDIS_MISSING));

  it('holds a shard once, however often it is handed in', async () => {
    const queue = await ShardQueue.open(addressOf('once'));
    const jobs = makeJobs(5);
    await queue.add(jobs);
    await queue.add(jobs);
    await queue.add(makeJobs(5, '/elsewhere'));
    expect((await queue.states()).size).toBe(10);
    expect([...(await queue.states()).keys()]).toEqual(
      expect.arrayContaining(jobs.map((job) => shardJobId(job))),
    );
    await queue.close();
  });

  it('shows what is active, finished and failed, with errors', async () => {
    const address = addressOf('shown');
    const queue = await ShardQueue.open(address, { attempts: 2, firstRetryMs: 10 });
    const jobs = makeJobs(3);
    await queue.add(jobs);
    const gate = new AbortController();
    const worker = await startShardWorker({
      address,
      concurrency: 3,
      lockMs: 5000,
      async work(job) {
        if (job.shard.index === 0) throw new Error('no luck');
        if (job.shard.index === 1)
          await new Promise((resolve) => gate.signal.addEventListener('abort', resolve));
        return finishedOf(job);
      },
    });
    await waitFor(async () => (await queue.snapshot()).counts.failed === 1);
    await waitFor(async () => (await queue.snapshot()).counts.completed === 1);
    const snapshot = await queue.snapshot();
    expect(snapshot).toMatchObject({
      queue: expect.not.stringContaining(PASSWORD),
      counts: { waiting: 0, active: 1, delayed: 0, completed: 1, failed: 1 },
      numWorkers: 1,
      active: [{ shard: { index: 1 }, worker: worker.name }],
      failed: [{ shard: { index: 0 }, error: 'no luck', attempts: 2 }],
    });
    expect(snapshot.rowsPerSecond).toBeGreaterThan(0);
    expect(snapshot.secondsLeft).toBeGreaterThanOrEqual(0);
    const ids = jobs.map((job) => shardJobId(job));
    expect((await queue.failed(ids)).map(({ shard }) => shard.index)).toEqual([0]);
    gate.abort();
    await worker.close();
    await queue.remove(ids);
    expect((await queue.states()).size).toBe(0);
    await queue.close();
  });

  it('keeps the lock of a shard whose model blocks ten times as long as the lock lasts', async () => {
    const address = addressOf('blocked');
    const queue = await ShardQueue.open(address);
    const runsFile = join(work, 'runs');
    process.env.RUNS_FILE = runsFile;
    process.env.BLOCK_MS = '10000';
    const options = {
      address,
      lockSeconds: 1,
      progress: SILENT,
      program: here('blocking-scorer.mjs'),
    };
    const workers = [await startQueueWorker(options), await startQueueWorker(options)];
    await queue.add(makeJobs(1));
    await waitFor(async () => (await queue.snapshot()).counts.completed === 1);
    expect(await readFile(runsFile, 'utf8')).toBe('0\n');
    await Promise.all(workers.map((worker) => worker.close()));
    await queue.close();
  });

  it('would lose it with the model in the thread that renews (control of the test above)', async () => {
    const queue = await ShardQueue.open(addressOf('control'));
    const runsFile = join(work, 'control-runs');
    await queue.add(makeJobs(1));
    const args = [here('blocking-worker.mjs'), urlOf('control'), '500', '4000', runsFile];
    const start = (): ChildProcess =>
      spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const workers = [start(), start()];
    const countRuns = async (): Promise<number> =>
      (await readFile(runsFile, 'utf8').catch(() => '')).length / 2;
    await waitFor(async () => (await countRuns()) >= 2);
    for (const worker of workers) worker.kill('SIGKILL');
    await queue.close();
  });

  it('gives a shard back that does not end within the grace time, without using up an attempt', async () => {
    const address = addressOf('given-back');
    const queue = await ShardQueue.open(address, { attempts: 1 });
    process.env.RUNS_FILE = join(work, 'given-back-runs');
    process.env.BLOCK_MS = '600000';
    const worker = await startQueueWorker({
      address,
      graceSeconds: 0.2,
      progress: SILENT,
      program: here('blocking-scorer.mjs'),
    });
    await queue.add(makeJobs(1));
    await waitFor(async () => (await queue.snapshot()).counts.active === 1);
    await worker.close();
    expect((await queue.snapshot()).counts).toEqual({
      waiting: 1,
      active: 0,
      delayed: 0,
      completed: 0,
      failed: 0,
    });
    await queue.close();
  });

  it('says that a process which scored has died, and tries again', async () => {
    const address = addressOf('crash');
    const queue = await ShardQueue.open(address, { attempts: 2, firstRetryMs: 10 });
    const worker = await startQueueWorker({
      address,
      progress: SILENT,
      program: here('crashing-scorer.mjs'),
    });
    await queue.add(makeJobs(1));
    await waitFor(async () => (await queue.snapshot()).counts.failed === 1);
    expect((await queue.snapshot()).failed).toMatchObject([
      {
        attempts: 2,
        error: 'WORKER_LOST: shard 0, rows 0 to 9: the process that scored it ended by status 7',
      },
    ]);
    await worker.close();
    await queue.close();
  });

  it('fails a job of other code', async () => {
    const address = addressOf('version');
    const queue = await ShardQueue.open(address, { attempts: 1 });
    await queue.add(makeJobs(1).map((job) => ({ ...job, code: '0.0.7' })));
    const worker = await startShardWorker({
      address,
      concurrency: 1,
      lockMs: 5000,
      work: async (job) => finishedOf(job),
    });
    await waitFor(async () => (await queue.snapshot()).counts.failed === 1);
    expect((await queue.snapshot()).failed[0].error).toMatch(
      /^VERSION_MISMATCH: .*made by bert2dnn 0\.0\.7, the worker is /,
    );
    await worker.close();
    await queue.close();
  });

  it('refuses a prefix that is not there and names those that are', async () => {
    await (await ShardQueue.open(addressOf('there'))).add(makeJobs(1));
    await expect(ShardQueue.open(addressOf('their'), { mustExist: true })).rejects.toMatchObject({
      code: 'QUEUE_UNKNOWN',
      message: expect.stringMatching(/their: no queue of this prefix, there are .*there/),
    });
  });

  it.each([
    ['without a password', (port: number) => `redis://127.0.0.1:${port}`],
    ['with a wrong one', (port: number) => `redis://:wrong-one@127.0.0.1:${port}`],
  ])('is refused %s, which is not shown', async (_, makeUrl) => {
    const address = parseQueueUrl(makeUrl(redis?.port ?? 0), {});
    const error = (await checkRedis(address, QUEUE_NAME).catch((error) => error)) as Error;
    expect(error).toMatchObject({
      code: 'QUEUE_REFUSED',
      message: `${address.name}: Redis refused the user or the password`,
    });
    expect(String(error)).not.toContain('wrong-one');
  });
});

describe('a Redis that cannot be used', () => {
  it('is not there', async () => {
    const address = parseQueueUrl(`redis://:secret@127.0.0.1:${await findFreePort()}`, {});
    const error = (await checkRedis(address, QUEUE_NAME).catch((error) => error)) as Error;
    expect(error).toMatchObject({
      code: 'QUEUE_UNREACHABLE',
      message: `${address.name}: no Redis answers (ECONNREFUSED)`,
    });
    expect(String(error)).not.toContain('secret');
  });

  it('is too old', async () => {
    const info = '# Server\r\nredis_version:5.0.14\r\nredis_mode:standalone\r\n';
    const server = await answerEverything(`$${info.length}\r\n${info}\r\n`);
    const { port } = server.address() as { port: number };
    const address = parseQueueUrl(`redis://127.0.0.1:${port}`, {});
    await expect(checkRedis(address, QUEUE_NAME)).rejects.toMatchObject({
      code: 'QUEUE_REFUSED',
      message: `${address.name}: got Redis 5.0.14, expected 6.2 or newer`,
    });
    server.close();
  });

  it.each(['6.2.0', '7.0.15', '8.2.1', '10.0.0'])('is not %s', (version) => {
    expect(() => checkRedisVersion(`redis_version:${version}\r\n`, 'there')).not.toThrow();
  });

  it.each(['5.0.14', '6.0.16', '2.8.0'])('is %s', (version) => {
    expect(() => checkRedisVersion(`redis_version:${version}\r\n`, 'there')).toThrow('got Redis');
  });
});

describe('a job', () => {
  it('comes out of a queue as it went in', () => {
    const [job] = makeJobs(1);
    expect(parseShardJob(JSON.parse(JSON.stringify(job)), 'here')).toEqual(job);
  });

  it.each([{}, null, { format: 'bert2dnn-shard-job', version: 2 }])('is not %j', (data) => {
    expect(() => parseShardJob(data, 'here')).toThrow(
      expect.objectContaining({ code: 'VERSION_MISMATCH' }),
    );
  });

  it('may not write outside its folder', () => {
    const [job] = makeJobs(1);
    const shard = { ...job.shard, file: '../scores' };
    expect(() => parseShardJob({ ...job, shard }, 'here')).toThrow(
      expect.objectContaining({ code: 'VERSION_MISMATCH' }),
    );
  });
});

/** A server that gives one answer to every command. */
function answerEverything(reply: string): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer((socket: Socket) => {
      socket.on('data', (data) => {
        const numCommands = data.toString().match(/\*\d+\r\n/g)?.length ?? 0;
        socket.write(reply.repeat(numCommands));
      });
      socket.on('error', () => undefined);
    });
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
