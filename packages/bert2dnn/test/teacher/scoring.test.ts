// An open scoring: shards in any order and by any holder make what `score` makes; the manifest comes with the last one.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadRows, openExamples } from '../../src/data/index.js';
import { score } from '../../src/teacher/score.js';
import { openScoring, type ScoringOptions } from '../../src/teacher/scoring.js';

const TINY_BERT = fileURLToPath(new URL('../golden/tiny-bert', import.meta.url));

let work: string;
let options: ScoringOptions;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'scoring-'));
  const path = join(work, 'texts.tsv');
  const texts = Array.from({ length: 50 }, (_, row) => `${'the cat x '.repeat(1 + (row % 3))}`);
  await writeFile(path, `text\n${texts.join('\n')}\n`);
  const input = await openExamples([path]);
  options = { teacher: TINY_BERT, input, out: join(work, 'scores'), shardRows: 20 };
});
afterAll(() => rm(work, { recursive: true }));

async function shardsOf(folder: string): Promise<Record<string, string>> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.parquet')).sort();
  const contents = files.map(async (name) => [
    name,
    (await readFile(join(folder, name))).toString('base64'),
  ]);
  return Object.fromEntries(await Promise.all(contents)) as Record<string, string>;
}

describe('openScoring', () => {
  it('scores shards in any order, in two holders, to the bytes of score()', async () => {
    const scored: number[] = [];
    const reused: number[] = [];
    const first = await openScoring({ ...options, onScored: (numRows) => scored.push(numRows) });
    const second = await openScoring({ ...options, onReused: (numRows) => reused.push(numRows) });
    expect(first.plan.map(({ numRows }) => numRows)).toEqual([20, 20, 10]);
    expect(second.plan).toEqual(first.plan);
    const last = await first.scoreShard(2);
    expect([last.file, last.start]).toEqual([first.plan[2].file, 40]);
    expect(await first.finish()).toBe(false);
    await second.scoreShard(1);
    expect(await second.scoreShard(2)).toEqual(last);
    await first.scoreShard(0);
    expect([await first.finish(), await second.finish()]).toEqual([true, true]);
    expect(scored.reduce((sum, numRows) => sum + numRows, 0)).toBe(30);
    expect(reused).toEqual([10]);
    expect(second.counts()).toEqual({ numProduced: 1, numReused: 1, numFailedRows: 0 });
    await expect(first.scoreShard(3)).rejects.toThrow(RangeError);
    await Promise.all([first.close(), second.close()]);
    const whole = join(work, 'whole');
    await score({ ...options, out: whole });
    expect(await shardsOf(options.out)).toEqual(await shardsOf(whole));
    const manifest = async (folder: string) => {
      const json: object = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'));
      return { ...json, seconds: 0 };
    };
    expect(await manifest(options.out)).toEqual(await manifest(whole));
  });

  it('names the shards of other rows otherwise, also where they are as many', async () => {
    const planOf = async (maxTextCharacters?: number) => {
      const badRows = maxTextCharacters === undefined ? undefined : new BadRows('skip');
      const needs = { badRows, maxTextCharacters };
      const input = await openExamples(options.input.files, { fields: { text: 'text' } }, needs);
      const scoring = await openScoring({ ...options, input });
      await scoring.close();
      return { numRows: input.numRows, first: scoring.plan[0].file };
    };
    const [plain, all, same, some] = [
      await planOf(),
      await planOf(40),
      await planOf(40),
      await planOf(20),
    ];
    expect([plain.numRows, all.numRows, some.numRows]).toEqual([50, 50, 34]);
    expect(same).toEqual(all);
    expect(new Set([plain.first, all.first, some.first]).size).toBe(3);
  });
});
