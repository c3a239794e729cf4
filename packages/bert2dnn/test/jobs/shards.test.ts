// Shard plans and their runner: every row once, nothing done twice, nothing half-done believed.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomically } from '../../src/foundation/files.js';
import { parseShardSelection, planShards, selectShards } from '../../src/jobs/shard-plan.js';
import { runShards } from '../../src/jobs/shard-runner.js';

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
  beforeEach(async () => {
    out = await mkdtemp(join(tmpdir(), 'shards-'));
  });
  afterEach(() => rm(out, { recursive: true }));

  const counted = () => {
    const produced: number[] = [];
    const produce = async (shard: { index: number; start: number }, path: string) => {
      produced.push(shard.index);
      await writeFileAtomically(path, `rows from ${shard.start}`);
    };
    return { produced, produce };
  };

  it('produces, then reuses; two halves make the whole', async () => {
    const { produced, produce } = counted();
    const shards = plan(50, 10);
    const half = await runShards({ out, plan: shards, selection: { index: 0, count: 2 }, produce });
    expect([half.complete, half.finished.length, produced]).toEqual([false, 3, [0, 2, 4]]);
    const rest = await runShards({ out, plan: shards, selection: { index: 1, count: 2 }, produce });
    expect([rest.complete, rest.finished.length, rest.numProduced]).toEqual([true, 5, 2]);
    const again = await runShards({ out, plan: shards, produce });
    expect([again.numProduced, again.numReused, produced.length]).toEqual([0, 5, 5]);
    expect(again.finished).toEqual(rest.finished);
    const forced = await runShards({ out, plan: shards, produce, force: true });
    expect(forced.numProduced).toBe(5);
  });

  it('does a shard again when its file, sidecar or sizes do not agree', async () => {
    const { produced, produce } = counted();
    const shards = plan(40, 10);
    await runShards({ out, plan: shards, produce });
    produced.length = 0;
    await writeFile(join(out, shards[0].file), 'changed');
    await writeFile(join(out, `${shards[1].file}.json`), '{"file":');
    await rm(join(out, shards[2].file));
    await runShards({ out, plan: shards, produce });
    expect(produced).toEqual([0, 1, 2]);
    expect(await readFile(join(out, shards[0].file), 'utf8')).toBe('rows from 0');
  });

  it('keeps finished shards when one fails or the run is interrupted', async () => {
    const shards = plan(30, 10);
    const { produced, produce } = counted();
    const failing = runShards({
      out,
      plan: shards,
      produce: async (shard, path) => {
        if (shard.index === 1) throw new Error('power cut');
        await produce(shard, path);
      },
    });
    await expect(failing).rejects.toThrow('power cut');
    const interrupted = runShards({ out, plan: shards, produce, signal: AbortSignal.abort() });
    await expect(interrupted).rejects.toMatchObject({ code: 'INTERRUPTED' });
    const result = await runShards({ out, plan: shards, produce });
    expect([result.numReused, result.complete, produced]).toEqual([1, true, [0, 1, 2]]);
  });
});
