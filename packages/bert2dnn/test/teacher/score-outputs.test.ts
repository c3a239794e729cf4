// What a folder of scores holds beside logits: the teacher in each shard, vectors, int8 beside float32; and the sizes.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database, sqlText } from '../../src/data/duckdb.js';
import { openExamples, readParquetMetadata } from '../../src/data/index.js';
import type { Progress } from '../../src/foundation/progress.js';
import { SILENT } from '../../src/foundation/progress.js';
import { openScoreFolder } from '../../src/labels/score-folder.js';
import { type ScoreOptions, score } from '../../src/teacher/score.js';
import { openScoring } from '../../src/teacher/scoring.js';
import { loadTeacher } from '../../src/teacher/teacher.js';

const TINY_BERT = fileURLToPath(new URL('../golden/tiny-bert', import.meta.url));
const WORDS = ['the', 'cat', 'dog', 'x', 'a', 'abc'];
const TEXTS = Array.from({ length: 400 }, (_, row) =>
  Array.from({ length: 1 + (row % 5) }, (_, word) => WORDS[(row * 7 + word * 3) % 6]).join(' '),
);

let work: string;
let input: string;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'outputs-'));
  input = join(work, 'texts.tsv');
  await writeFile(input, `text\n${TEXTS.join('\n')}\n`);
});
afterAll(() => rm(work, { recursive: true }));

async function scoreTo(name: string, more: Partial<ScoreOptions> = {}) {
  const out = join(work, name);
  const set = await openExamples([input]);
  return score({ teacher: TINY_BERT, input: set, out, shardRows: 150, ...more });
}

async function shardPaths(name: string): Promise<string[]> {
  const files = (await readdir(join(work, name))).filter((file) => file.endsWith('.parquet'));
  return files.sort().map((file) => join(work, name, file));
}

async function rowsOf(paths: string[], columns: string): Promise<unknown[][]> {
  const database = await Database.open();
  const list = paths.map(sqlText).join(', ');
  try {
    return await database.rows(`SELECT ${columns} FROM read_parquet([${list}]) ORDER BY row`);
  } finally {
    database.close();
  }
}

async function manifestOf(name: string) {
  return JSON.parse(await readFile(join(work, name, 'manifest.json'), 'utf8'));
}

/** Progress that keeps its notes. */
function noting(): { notes: string[]; progress: Progress } {
  const notes: string[] = [];
  return { notes, progress: { ...SILENT, note: (message) => notes.push(message) } };
}

describe('a shard of scores', () => {
  it('names its teacher in the footer', async () => {
    const { teacher } = await scoreTo('plain');
    for (const path of await shardPaths('plain')) {
      expect(await readParquetMetadata(path)).toEqual({
        'bert2dnn.format': 'bert2dnn-scores',
        'bert2dnn.teacher': teacher.fingerprint,
        'bert2dnn.precision': 'f32',
        'bert2dnn.max_tokens': '16',
      });
    }
  });

  it('is the same bytes for any number of threads', async () => {
    for (const embeddings of [undefined, {}]) {
      const outs = ['one', 'two'].map((name) => `${name} ${embeddings === undefined}`);
      await scoreTo(outs[0], { threads: 1, embeddings });
      await scoreTo(outs[1], { threads: 2, embeddings });
      const [ones, twos] = [await shardPaths(outs[0]), await shardPaths(outs[1])];
      expect(ones).toHaveLength(3);
      for (const [index, path] of ones.entries()) {
        expect(await readFile(twos[index])).toEqual(await readFile(path));
      }
    }
  });

  it('has the size that fits the teacher where none is given', async () => {
    const set = await openExamples([input]);
    const options = { teacher: TINY_BERT, input: set, out: join(work, 'auto') };
    const [auto, again] = [await openScoring(options), await openScoring(options)];
    // A teacher of a few thousand numbers: the largest size.
    expect(auto.plan.map(({ numRows }) => numRows)).toEqual([400]);
    expect(again.plan).toEqual(auto.plan);
    await auto.close();
    await again.close();
  });
});

describe('vectors', () => {
  it.each([
    ['beside the logits', false],
    ['in place of the logits', true],
  ])('%s, in input order', async (name, only) => {
    const result = await scoreTo(name, { embeddings: { only } });
    const teacher = await loadTeacher(TINY_BERT, { embeddings: { only } });
    const expected = await teacher.score!([TEXTS]);
    await teacher.release();
    const D = teacher.embeddingSize!;
    expect([result.numOutputs, result.embeddingSize]).toEqual([only ? 0 : 3, D]);
    const rows = await rowsOf(await shardPaths(name), only ? 'embedding' : 'embedding, logit_2');
    expect(rows).toHaveLength(TEXTS.length);
    rows.forEach(([vector, logit], row) => {
      (vector as number[]).forEach((value, unit) => {
        expect(value).toBeCloseTo(expected.embeddings![row * D + unit], 4);
      });
      if (!only) expect(logit).toBeCloseTo(expected.logits[row * 3 + 2], 4);
    });
    expect(await manifestOf(name)).toMatchObject({ numOutputs: only ? 0 : 3, embeddingSize: D });
  });

  it('without logits cannot be stacked, and it is said why', async () => {
    await scoreTo('vectors only', { embeddings: { only: true } });
    await expect(openScoreFolder(join(work, 'vectors only'))).rejects.toThrow(
      /holds vectors and no logits/,
    );
  });
});

describe('int8', () => {
  it('is compared with float32 once a folder, and the figures are kept', async () => {
    const first = noting();
    const int8 = { minAuc: 0.5, maxDifference: 1 };
    const result = await scoreTo('int8', { precision: 'int8', int8, progress: first.progress });
    expect(first.notes.join()).toMatch(/int8 beside float32 on 400 rows: AUC \d\.\d{5} against/);
    const { int8: figures } = await manifestOf('int8');
    expect(figures).toMatchObject({ numRows: 400 });
    expect(result.int8).toEqual(figures);
    expect(figures.auc).toBeGreaterThan(0.9);
    expect(figures.meanProbabilityDifference).toBeGreaterThan(0);
    // Figures that nobody would compute show that they are taken from the folder.
    const path = join(work, 'int8', 'int8-check.json');
    const kept = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...kept, auc: 0.75 }));
    await scoreTo('int8', { precision: 'int8', int8: { ...int8, check: 'off' } });
    expect((await manifestOf('int8')).int8).toEqual({ ...figures, auc: 0.75 });
    const refused = scoreTo('int8', { precision: 'int8' });
    await expect(refused).rejects.toThrow(/400 rows: AUC 0\.75000 .*expected an AUC of at least/);
    await writeFile(path, JSON.stringify({ ...kept, key: 'of another input', auc: 0.75 }));
    await scoreTo('int8', { precision: 'int8', int8 });
    expect((await manifestOf('int8')).int8).toEqual(figures);
  });

  it('is refused beyond a limit before a shard is scored, unless it is forced or unchecked', async () => {
    const int8 = { maxDifference: 0 };
    const refused = scoreTo('far', { precision: 'int8', int8 });
    await expect(refused).rejects.toMatchObject({
      code: 'TEACHER_INVALID',
      hint: expect.stringContaining('--force-int8'),
    });
    expect(await shardPaths('far')).toEqual([]);
    const forced = await scoreTo('far', { precision: 'int8', int8: { ...int8, force: true } });
    expect(forced.complete).toBe(true);
    await scoreTo('unchecked', { precision: 'int8', int8: { ...int8, check: 'off' } });
    expect((await manifestOf('unchecked')).int8).toBeUndefined();
    const [checked, unchecked] = [await shardPaths('far'), await shardPaths('unchecked')];
    for (const [index, path] of checked.entries()) {
      expect(await readFile(unchecked[index])).toEqual(await readFile(path));
    }
  });

  it('does not go with vectors', async () => {
    const both = scoreTo('both', { precision: 'int8', embeddings: {} });
    await expect(both).rejects.toMatchObject({ code: 'USAGE' });
  });
});
