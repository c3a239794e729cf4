// Following a submission over a queue in memory that forgets, repeats, fails and lies.
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FailedJob, JobState } from '../../src/jobs/redis-queue.js';
import { type ShardJob, shardJobId } from '../../src/jobs/shard-job.js';
import { type PlannedShard, planShards } from '../../src/jobs/shard-plan.js';
import { followSubmission, type SubmissionQueue } from '../../src/jobs/submission.js';

const PLAN = planShards({
  numRows: 50,
  shardRows: 10,
  prefix: 'scores',
  extension: '.bin',
  key: 'test',
});

let out: string;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'submission-'));
});
afterEach(() => rm(out, { recursive: true }));

async function finish(shard: PlannedShard): Promise<void> {
  const { file, start, numRows } = shard;
  await writeFile(join(out, file), file);
  const sha256 = createHash('sha256').update(file).digest('hex');
  const sidecar = { file, start, numRows, sha256, seconds: 0 };
  await writeFile(join(out, `${file}.json`), JSON.stringify(sidecar));
}

/** A queue whose jobs meet their fate as they are asked about: `decide` says which. */
class MemoryQueue implements SubmissionQueue {
  readonly jobs = new Map<string, { job: ShardJob; state: JobState }>();
  readonly added: number[] = [];
  readonly #decide: (shard: PlannedShard, times: number) => 'finish' | 'forget' | 'fail' | 'lie';

  constructor(
    decide: (shard: PlannedShard, times: number) => 'finish' | 'forget' | 'fail' | 'lie',
  ) {
    this.#decide = decide;
  }

  async add(jobs: readonly ShardJob[]): Promise<void> {
    for (const job of jobs) {
      const id = shardJobId(job);
      if (this.jobs.has(id)) continue;
      this.jobs.set(id, { job, state: 'waiting' });
      this.added.push(job.shard.index);
    }
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.jobs.delete(id);
  }

  async states(): Promise<Map<string, JobState>> {
    for (const [id, entry] of [...this.jobs]) {
      if (entry.state !== 'waiting') continue;
      const { shard } = entry.job;
      const fate = this.#decide(shard, this.added.filter((index) => index === shard.index).length);
      if (fate === 'finish') await finish(shard);
      if (fate === 'forget') this.jobs.delete(id);
      else entry.state = fate === 'fail' ? 'failed' : 'completed';
    }
    return new Map([...this.jobs].map(([id, { state }]) => [id, state]));
  }

  async failed(ids: readonly string[]): Promise<FailedJob[]> {
    return ids.flatMap((id) => {
      const entry = this.jobs.get(id);
      if (entry === undefined) return [];
      return [{ id, shard: entry.job.shard, out, error: 'no luck', attempts: 5 }];
    });
  }
}

function follow(queue: SubmissionQueue, plan = PLAN) {
  return followSubmission({ queue, out, plan, request: {}, pollMs: 1, reconcileMs: 1 });
}

describe('a submission', () => {
  it('hands in what is missing only, and ends when all is there', async () => {
    await finish(PLAN[1]);
    await finish(PLAN[4]);
    const queue = new MemoryQueue(() => 'finish');
    expect(await follow(queue)).toEqual({ numReused: 2, numFinished: 3, failed: [] });
    expect(queue.added).toEqual([0, 2, 3]);
  });

  it('hands in again what the queue forgot', async () => {
    const queue = new MemoryQueue((shard, times) =>
      shard.index % 2 === 0 && times < 3 ? 'forget' : 'finish',
    );
    expect(await follow(queue)).toEqual({ numReused: 0, numFinished: 5, failed: [] });
    expect(queue.added.filter((index) => index === 2)).toHaveLength(3);
    expect(queue.added.filter((index) => index === 1)).toHaveLength(1);
  });

  it('names a shard that was given up, and waits for the others', async () => {
    const queue = new MemoryQueue((shard) => (shard.index === 3 ? 'fail' : 'finish'));
    const { numFinished, failed } = await follow(queue);
    expect(numFinished).toBe(4);
    expect(failed).toMatchObject([{ shard: { index: 3 }, error: 'no luck', attempts: 5 }]);
  });

  it('tries what failed before once more', async () => {
    const first = new MemoryQueue((shard) => (shard.index === 3 ? 'fail' : 'finish'));
    await follow(first);
    const second = new MemoryQueue(() => 'finish');
    for (const [id, entry] of first.jobs) second.jobs.set(id, entry);
    expect(await follow(second)).toEqual({ numReused: 4, numFinished: 1, failed: [] });
  });

  it('does again a job that is done in the queue and whose file was deleted since', async () => {
    const queue = new MemoryQueue(() => 'finish');
    await follow(queue);
    await rm(join(out, PLAN[2].file));
    expect(await follow(queue)).toEqual({ numReused: 4, numFinished: 1, failed: [] });
    expect(queue.added).toEqual([0, 1, 2, 3, 4, 2]);
  });

  it('does not wait for ever for a file that workers write elsewhere', async () => {
    const queue = new MemoryQueue((shard) => (shard.index === 0 ? 'lie' : 'finish'));
    const { numFinished, failed } = await follow(queue);
    expect(numFinished).toBe(4);
    expect(failed).toMatchObject([
      { shard: { index: 0 }, error: expect.stringContaining('is the folder shared?') },
    ]);
  });

  it('stops when told to', async () => {
    const stop = new AbortController();
    const queue = new MemoryQueue(() => 'forget');
    const following = followSubmission({
      queue,
      out,
      plan: PLAN,
      request: {},
      pollMs: 1,
      signal: stop.signal,
    });
    stop.abort();
    await expect(following).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});
