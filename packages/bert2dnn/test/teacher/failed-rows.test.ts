// Rows that a teacher fails on: named, or left out and listed, without harm to the others, whoever scores which shard.
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  cast,
  emitOnnx,
  Graph,
  gather,
  log,
  mul,
  reduceSum,
  reshape,
  sub,
} from '@bert2dnn/autodiff';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExamples, readTable } from '../../src/data/index.js';
import { score } from '../../src/teacher/score.js';
import { openScoring } from '../../src/teacher/scoring.js';

const TINY_BERT = fileURLToPath(new URL('../golden/tiny-bert', import.meta.url));
/** Ids of the pieces that the teacher below fails on. */
const NAN_ID = 28;
const REFUSED_ID = 61;

let work: string;
let teacher: string;
let input: string;
const TEXTS = Array.from({ length: 60 }, (_, row) => {
  if (row === 13) return 'the x';
  if (row === 44) return '1 cat';
  return ['the cat', 'a dog', 'cat'][row % 3];
});

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'failed-'));
  teacher = await writeTeacher('teacher');
  input = join(work, 'texts.tsv');
  await writeFile(input, `text\n${TEXTS.join('\n')}\n`);
});
afterAll(() => rm(work, { recursive: true }));

/** "x" gives it an infinite logit, "1" is beyond its table. */
async function writeTeacher(name: string): Promise<string> {
  const folder = join(work, name);
  await mkdir(folder);
  await cp(join(TINY_BERT, 'tokenizer.json'), join(folder, 'tokenizer.json'));
  const graph = new Graph();
  const ids = graph.input('input_ids', ['B', 'S'], 'int32');
  const difference = sub(cast(ids, 'float32'), graph.constant(NAN_ID));
  const table = graph.constant(new Float32Array(REFUSED_ID).fill(1), [REFUSED_ID, 1]);
  const found = reshape(gather(table, ids), [0, -1]);
  const logs = mul(log(mul(difference, difference)), found);
  const bytes = emitOnnx(
    { logits: reduceSum(logs, { axes: [1], keepDims: true }) },
    { castInputsToInt64: true, portable: true },
  );
  await writeFile(join(folder, 'model.onnx'), bytes);
  return folder;
}

async function optionsFor(out: string, failedRows?: 'fail' | 'skip') {
  const input_ = await openExamples([input]);
  return { teacher, input: input_, out: join(work, out), shardRows: 20, failedRows };
}

async function logitsOf(folder: string): Promise<number[]> {
  const logits: number[] = [];
  const files = (await readdir(folder)).filter((name) => name.endsWith('.parquet')).sort();
  for (const file of files) {
    for await (const batch of readTable(join(folder, file), { numbers: ['logit_0'] }))
      logits.push(...batch.numbers[0]);
  }
  return logits;
}

const LIST =
  'row\treason\texcerpt\n' +
  '13\tlogit 0 is -Infinity, expected a finite number\tthe x\n' +
  /44\t.*\t1 cat\n/.source;

describe('a row that the teacher fails on', () => {
  it('stops a scoring, named by file, line and text; finished shards stay', async () => {
    const pooled = score({ ...(await optionsFor('stopped')), processes: 2 });
    await expect(pooled).rejects.toMatchObject({
      code: 'NOT_FINITE',
      message: expect.stringContaining('the teacher fails on'),
      hint: expect.stringContaining('--failed-rows skip'),
    });
    const failing = score(await optionsFor('stopped'));
    await expect(failing).rejects.toMatchObject({
      code: 'NOT_FINITE',
      row: 13,
      message: `${input}:15: the teacher fails on "the x": logit 0 is -Infinity, expected a finite number`,
      hint: expect.stringContaining('--failed-rows skip'),
    });
    const scoring = await openScoring(await optionsFor('stopped'));
    await scoring.scoreShard(1);
    await expect(scoring.scoreShard(2)).rejects.toThrow(
      /texts\.tsv:46: the teacher fails on "1 cat"/,
    );
    expect(await scoring.finish()).toBe(false);
    await scoring.close();
  });

  it('is left empty and listed with skip; all others have the scores that they have alone', async () => {
    const result = await score(await optionsFor('skipped', 'skip'));
    expect([result.complete, result.numFailedRows]).toEqual([true, 2]);
    const out = join(work, 'skipped');
    expect(await readFile(join(out, 'failed-rows.tsv'), 'utf8')).toMatch(new RegExp(`^${LIST}$`));
    const manifest = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({ numFailedRows: 2, numRows: 60 });
    const logits = await logitsOf(out);
    const failed = logits.flatMap((logit, row) => (Number.isNaN(logit) ? [row] : []));
    expect(failed).toEqual([13, 44]);
    const alike = logits.filter((_, row) => TEXTS[row] === 'the cat');
    expect(new Set(alike).size).toBe(1);
  });

  it('is the same in any parts and processes, and the list is complete', async () => {
    for (const index of [1, 0]) {
      await score({ ...(await optionsFor('parts', 'skip')), shard: { index, count: 2 } });
    }
    const pooled = await score({ ...(await optionsFor('pool', 'skip')), processes: 2 });
    expect([pooled.complete, pooled.numFailedRows]).toEqual([true, 2]);
    for (const name of (await readdir(join(work, 'skipped'))).sort()) {
      if (name.endsWith('.json')) continue;
      const [whole, ...others] = ['skipped', 'parts', 'pool'].map((out) =>
        readFile(join(work, out, name)),
      );
      for (const other of others) expect(await other).toEqual(await whole);
    }
  });

  it('is not to blame when every row fails', async () => {
    const path = join(work, 'all.tsv');
    await writeFile(path, `text\n${Array.from({ length: 300 }, () => 'x').join('\n')}\n`);
    const run = score({
      teacher,
      input: await openExamples([path]),
      out: join(work, 'all'),
      failedRows: 'skip',
    });
    await expect(run).rejects.toThrow(/the teacher fails on each of the first \d+ rows \(logit 0/);
  });
});
