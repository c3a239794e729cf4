// Shard plans and their runner: every row once, nothing done twice, nothing half-done believed.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomically } from '../../src/foundation/files.js';
import { parseShardSelection, planShards, selectShards } from '../../src/jobs/shard-plan.js';
import { runShards, ShardFolder, type ShardFolderOptions } from '../../src/jobs/shard-runner.js';
import { LocalFolder, type OutputFolder } from '../../src/store/index.js';

const plan = (numRows: number, shardRows: number, key = 'a') =>
  planShards({ numRows, shardRows, prefix: 'scores', extension: '.txt', key });

describe('shard plan', () => {
  it('covers every row once, and N selections share the shards', () => {
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 5 }),
        (numRows, shardRows, count) => {
          const shards = plan(numRows, shardRows);
          const rows = shards.flatMap((shard) =>
            Array.from({ length: shard.numRows }, (_, offset) => shard.start + offset),
          );
          expect(rows).toEqual(Array.from({ length: numRows }, (_, row) => row));
          const selected = Array.from({ length: count }, (_, index) =>
            selectShards(shards, { index, count }),
          );
          expect(
            selected
              .flat()
              .map((shard) => shard.index)
              .sort((a, b) => a - b),
          ).toEqual(shards.map((shard) => shard.index));
        },
      ),
    );
  });

  it('names files by content: another key or range, another name', () => {
    const [one, two] = plan(20, 10);
    expect(one.file).toMatch(/^scores-00000-[0-9a-f]{16}\.txt$/);
    expect(plan(20, 10)[1]).toEqual(two);
    expect(plan(20, 10, 'b')[0].file).not.toBe(one.file);
    expect(plan(9, 10)[0].file).not.toBe(one.file);
  });

  it('reads i/N', () => {
    expect(parseShardSelection('1/4')).toEqual({ index: 1, count: 4 });
    for (const bad of ['4/4', '1', '-1/2', '1/0', 'a/b', '1.5/2']) {
      expect(() => parseShardSelection(bad)).toThrow(/expected i\/N/);
    }
  });
});

describe('shard runner', () => {
  let out: string;
  let folder: OutputFolder;
  beforeEach(async () => {
    out = await mkdtemp(join(tmpdir(), 'shards-'));
    folder = new LocalFolder(out);
  });
  afterEach(() => rm(out, { recursive: true }));

  const counted = () => {
    const produced: number[] = [];
    const produce = async (shard: { index: number; start: number }, path: string) => {
      produced.push(shard.index);
      await writeFileAtomically(path, `rows from ${shard.start}`);
      return { numFailedRows: shard.index };
    };
    return { produced, produce };
  };

  const run = async (
    options: ShardFolderOptions,
    more: { selection?: { index: number; count: number }; signal?: AbortSignal } = {},
  ) => {
    const shards = new ShardFolder(options);
    await runShards({ ...options, ...more, out, finish: (index) => shards.finish(index) });
    const { numProduced, numReused } = shards;
    return { ...(await shards.collect()), numProduced, numReused };
  };

  it('produces, then reuses; two halves make the whole', async () => {
    const { produced, produce } = counted();
    const options = { folder, plan: plan(50, 10), produce };
    const half = await run(options, { selection: { index: 0, count: 2 } });
    expect([half.complete, half.finished.length, produced]).toEqual([false, 3, [0, 2, 4]]);
    const rest = await run(options, { selection: { index: 1, count: 2 } });
    expect([rest.complete, rest.finished.length, rest.numProduced]).toEqual([true, 5, 2]);
    const again = await run(options);
    expect([again.numProduced, again.numReused, produced.length]).toEqual([0, 5, 5]);
    expect(again.finished).toEqual(rest.finished);
    expect(again.finished.map(({ numFailedRows }) => numFailedRows)).toEqual([0, 1, 2, 3, 4]);
    const forced = await run({ ...options, force: true });
    expect(forced.numProduced).toBe(5);
  });

  it('does a shard again when its file, sidecar or sizes do not agree', async () => {
    const { produced, produce } = counted();
    const shards = plan(40, 10);
    await run({ folder, plan: shards, produce });
    produced.length = 0;
    await writeFile(join(out, shards[0].file), 'changed');
    await writeFile(join(out, `${shards[1].file}.json`), '{"file":');
    await rm(join(out, shards[2].file));
    await run({ folder, plan: shards, produce });
    expect(produced).toEqual([0, 1, 2]);
    expect(await readFile(join(out, shards[0].file), 'utf8')).toBe('rows from 0');
  });

  it('finishes shards in any order, each once, and knows no other', async () => {
    const { produced, produce } = counted();
    const shards = new ShardFolder({ folder, plan: plan(30, 10), produce });
    const last = await shards.finish(2);
    expect([last.start, (await shards.collect()).complete]).toEqual([20, false]);
    await shards.finish(0);
    expect(await shards.finish(2)).toEqual(last);
    await shards.finish(1);
    expect([produced, shards.numReused]).toEqual([[2, 0, 1], 1]);
    const { finished, complete } = await shards.collect();
    expect([complete, finished.map(({ start }) => start)]).toEqual([true, [0, 10, 20]]);
    await expect(shards.finish(3)).rejects.toThrow(/no shard 3 of 3/);
  });

  it('keeps finished shards when one fails or the run is interrupted', async () => {
    const { produced, produce } = counted();
    const options = { folder, plan: plan(30, 10), produce };
    const failing = run({
      ...options,
      produce: async (shard, path) => {
        if (shard.index === 1) throw new Error('power cut');
        return produce(shard, path);
      },
    });
    await expect(failing).rejects.toThrow('power cut');
    const interrupted = run(options, { signal: AbortSignal.abort() });
    await expect(interrupted).rejects.toMatchObject({ code: 'INTERRUPTED' });
    const result = await run(options);
    expect([result.numReused, result.complete, produced]).toEqual([1, true, [0, 1, 2]]);
  });
});
