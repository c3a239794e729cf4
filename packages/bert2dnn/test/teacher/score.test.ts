// Scoring into shards: input order, resume after a kill, parts that make the whole, byte for byte.
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExamples, readTable } from '../../src/data/index.js';
import { createRandom } from '../../src/foundation/random.js';
import { type ScoreOptions, score } from '../../src/teacher/score.js';
import { chooseNumProcesses } from '../../src/teacher/scoring-pool.js';
import { loadTeacher } from '../../src/teacher/teacher.js';

const TINY_BERT = fileURLToPath(new URL('../golden/tiny-bert', import.meta.url));
const CHILD = fileURLToPath(new URL('./score-child.mjs', import.meta.url));
const NUM_ROWS = 1000;

let work: string;
let input: string;
const texts: [string[], string[]] = [[], []];

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'score-'));
  input = join(work, 'pairs.tsv');
  const random = createRandom(1, 'pairs');
  const words = (limit: number) =>
    Array.from(
      { length: 1 + random.nextInt(limit) },
      () => ['the', 'cat', 'dog', 'x', '1'][random.nextInt(5)],
    ).join(' ');
  for (let row = 0; row < NUM_ROWS; row++) {
    texts[0].push(words(3));
    texts[1].push(words(9));
  }
  const lines = texts[0].map((query, row) => `${query}\t${texts[1][row]}`);
  await writeFile(input, `query\ttitle\n${lines.join('\n')}\n`);
});
afterAll(() => rm(work, { recursive: true }));

async function scoreTo(
  name: string,
  more: Partial<Pick<ScoreOptions, 'shard' | 'force' | 'processes' | 'progress' | 'signal'>> = {},
) {
  const out = join(work, name);
  return score({
    teacher: TINY_BERT,
    input: await openExamples([input]),
    out,
    shardRows: 150,
    ...more,
  });
}

async function bytesOf(name: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const file of (await readdir(join(work, name))).sort()) {
    // Sidecars and manifest hold the time it took.
    if (file.endsWith('.parquet'))
      files[file] = (await readFile(join(work, name, file))).toString('base64');
  }
  return files;
}

async function manifestOf(name: string): Promise<Record<string, unknown>> {
  const manifest = JSON.parse(await readFile(join(work, name, 'manifest.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  return { ...manifest, seconds: 0 };
}

describe('score', () => {
  it('writes every row once, in input order, with the logits of the teacher', async () => {
    const result = await scoreTo('whole');
    expect(result).toMatchObject({
      numRows: NUM_ROWS,
      numOutputs: 3,
      complete: true,
      shards: { produced: 7, reused: 0, total: 7 },
    });
    const teacher = await loadTeacher(TINY_BERT, { fields: ['query', 'title'] });
    const expected = await teacher.logits(texts);
    await teacher.release();
    const manifest = (await manifestOf('whole')) as {
      shards: { file: string; start: number; numRows: number }[];
    };
    let next = 0;
    for (const shard of manifest.shards) {
      expect(shard.start).toBe(next);
      const numbers = ['row', 'logit_0', 'logit_2'];
      for await (const batch of readTable(join(work, 'whole', shard.file), { numbers })) {
        const [rows, first, third] = batch.numbers;
        rows.forEach((row, index) => {
          expect(row).toBe(next++);
          expect(first[index]).toBeCloseTo(expected[row * 3], 4);
          expect(third[index]).toBeCloseTo(expected[row * 3 + 2], 4);
        });
      }
    }
    expect(next).toBe(NUM_ROWS);
  });

  it('does nothing twice', async () => {
    expect((await scoreTo('whole')).shards).toEqual({ produced: 0, reused: 7, total: 7 });
    const before = await bytesOf('whole');
    expect((await scoreTo('whole', { force: true })).shards.produced).toBe(7);
    expect(await bytesOf('whole')).toEqual(before);
  });

  it('in two parts makes the whole; the last to finish writes the manifest', async () => {
    const first = await scoreTo('parts', { shard: { index: 1, count: 2 } });
    expect([first.complete, await readdir(join(work, 'parts'))]).toEqual([
      false,
      expect.not.arrayContaining(['manifest.json']),
    ]);
    expect((await scoreTo('parts', { shard: { index: 0, count: 2 } })).complete).toBe(true);
    expect(await bytesOf('parts')).toEqual(await bytesOf('whole'));
    expect(await manifestOf('parts')).toEqual(await manifestOf('whole'));
  });

  it('in several processes makes the same bytes, and counts what it did', async () => {
    let numScored = 0;
    const progress = {
      start: () => ({
        advance: (units: number) => {
          numScored += units;
        },
        done: () => undefined,
      }),
      note: () => undefined,
    };
    const result = await scoreTo('pool', { processes: 3, progress });
    expect(result).toMatchObject({ complete: true, shards: { produced: 7, reused: 0, total: 7 } });
    expect(numScored).toBe(NUM_ROWS);
    expect(await bytesOf('pool')).toEqual(await bytesOf('whole'));
    expect(await manifestOf('pool')).toEqual(await manifestOf('whole'));
    const again = await scoreTo('pool', { processes: 2 });
    expect(again.shards).toEqual({ produced: 0, reused: 7, total: 7 });
    const forced = await scoreTo('pool', { processes: 2, force: true });
    expect(forced.shards).toEqual({ produced: 7, reused: 0, total: 7 });
    expect(await bytesOf('pool')).toEqual(await bytesOf('whole'));
  });

  it('in several processes stops when it is told, and keeps what is finished', async () => {
    const signal = AbortSignal.abort();
    await expect(scoreTo('stopped', { processes: 2, signal })).rejects.toMatchObject({
      code: 'INTERRUPTED',
      message: expect.stringContaining('stopped before shard 0'),
    });
    expect((await scoreTo('stopped', { processes: 2 })).complete).toBe(true);
  });

  it('takes a process a thread where there is work for it', () => {
    const shards = [0, 1, 2].map((index) => ({
      index,
      start: index * 50_000,
      numRows: 50_000,
      file: `${index}`,
    }));
    const large = { shards, threads: 2, numParameters: 1e6 };
    expect(chooseNumProcesses(large)).toBe(2);
    expect(chooseNumProcesses({ ...large, threads: 8 })).toBe(3);
    expect(chooseNumProcesses({ ...large, numParameters: 1000 })).toBe(1);
    expect(chooseNumProcesses({ ...large, numParameters: undefined })).toBe(1);
    expect(chooseNumProcesses({ ...large, numParameters: 1e15 })).toBe(1);
  });

  it('killed with -9 and run again gives the bytes of the unbroken run', async () => {
    const out = join(work, 'killed');
    for (const wanted of [1, 4]) {
      const child = spawn(process.execPath, [CHILD, TINY_BERT, input, out, '150'], {
        stdio: 'inherit',
      });
      const ended = new Promise((resolve) => child.on('exit', resolve));
      const count = async () =>
        (await readdir(out).catch(() => [])).filter((file) => /^scores.*parquet$/.test(file))
          .length;
      while (child.exitCode === null && (await count()) < wanted)
        await new Promise((resolve) => setTimeout(resolve, 2));
      child.kill('SIGKILL');
      await ended;
    }
    const result = await scoreTo('killed');
    expect(result.shards.reused).toBeGreaterThan(0);
    expect(await bytesOf('killed')).toEqual(await bytesOf('whole'));
    expect(await manifestOf('killed')).toEqual(await manifestOf('whole'));
  });

  it('refuses an input without a field that the teacher states', async () => {
    const path = join(work, 'texts.tsv');
    await writeFile(path, 'text\nthe cat\n');
    const teacher = join(work, 'pair-teacher');
    await cp(TINY_BERT, teacher, { recursive: true });
    const extra = {
      format: 'bert2dnn-teacher',
      version: 1,
      fields: ['query', 'title'],
      maxTokens: 16,
      task: { kind: 'graded', labelRange: [0, 1] },
    };
    await writeFile(join(teacher, 'bert2dnn.json'), JSON.stringify(extra));
    const refused = score({ teacher, input: await openExamples([path]), out: join(work, 'none') });
    await expect(refused).rejects.toMatchObject({
      code: 'COLUMN_MISSING',
      message: expect.stringContaining('reads the field "query"'),
    });
  });
});
