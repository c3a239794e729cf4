// `score` and the command line with an endpoint: shards in order, parts, a kill, the cache between processes.
import { spawn } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openExamples, readTable, writeParquet } from '../../../src/data/index.js';
import { openScoreFolder, readLogits } from '../../../src/labels/score-folder.js';
import { score } from '../../../src/teacher/score.js';
import { runCommand } from '../../cli/command-line.js';
import {
  chatAnswer,
  describeEndpoint,
  makeFolder,
  type Received,
  type Reply,
  serve,
} from './served.js';

const CHILD = fileURLToPath(new URL('../score-child.mjs', import.meta.url));
const NUM_ROWS = 90;
const KEY = 'sk-very-secret-1234';

/** Grade 1..4 by row. */
const gradeOf = (row: number) => (((row * 7) % 11) % 4) + 1;
const marginOf = (row: number) =>
  [-Math.log(49), -Math.log(2), Math.log(2), Math.log(49)][gradeOf(row) - 1];
const rowOf = ({ body }: Received) =>
  Number(/<query>query (\d+)</.exec(body.messages[1].content)![1]);
const judge = (request: Received): Reply => ({
  body: chatAnswer(`{"grade": ${gradeOf(rowOf(request))}}`),
});

async function writePairs(folder: string): Promise<string> {
  const rows = Array.from({ length: NUM_ROWS }, (_, row) => row);
  const path = join(folder, 'pairs.parquet');
  await writeParquet(path, [
    { name: 'title', type: 'VARCHAR', values: rows.map((row) => `title ${row}`) },
    { name: 'query', type: 'VARCHAR', values: rows.map((row) => `query ${row}`) },
    { name: 'label', type: 'DOUBLE', values: rows.map((row) => (gradeOf(row) > 2 ? 1 : 0)) },
  ]);
  return path;
}

async function readAll(folder: string): Promise<number[]> {
  const all: number[] = [];
  for await (const { logits } of readLogits(await openScoreFolder(folder))) all.push(...logits);
  return all;
}

function expectMargins(logits: number[]): void {
  expect(logits).toEqual(Array.from({ length: NUM_ROWS }, (_, row) => Math.fround(marginOf(row))));
}

async function numAnswers(folder: string): Promise<number> {
  let count = 0;
  for (const name of await readdir(folder)) {
    count += (await readFile(join(folder, name), 'utf8')).split('\n').length - 1;
  }
  return count;
}

const chat = (url: string, more: object = {}) => ({ kind: 'chat', url, model: 'm', ...more });

describe('score with an endpoint', () => {
  it('in two parts makes the whole, with one manifest and no request twice', async () => {
    const folder = await makeFolder();
    const server = await serve(judge);
    const teacher = await describeEndpoint(chat(server.url), folder);
    const input = await openExamples([await writePairs(folder)]);
    const options = { teacher, input, out: join(folder, 'scores'), shardRows: 20 };
    expect((await score({ ...options, shard: { index: 1, count: 2 } })).complete).toBe(false);
    expect((await score({ ...options, shard: { index: 0, count: 2 } })).complete).toBe(true);
    expect(server.received.map(rowOf).sort((a, b) => a - b)).toEqual([...Array(NUM_ROWS).keys()]);
    expectMargins(await readAll(options.out));
    await score({ ...options, force: true });
    await score({ ...options, out: join(folder, 'other'), shardRows: 7 });
    expectMargins(await readAll(join(folder, 'other')));
    expect(server.received).toHaveLength(NUM_ROWS);
  });

  it('asks nothing for finished shards, also without the cache', async () => {
    const folder = await makeFolder();
    const server = await serve(judge);
    const teacher = await describeEndpoint(chat(server.url), folder);
    const input = await openExamples([await writePairs(folder)]);
    const options = { teacher, input, out: join(folder, 'scores'), shardRows: 20 };
    await score(options);
    await rm(join(folder, 'judge.cache'), { recursive: true });
    await describeEndpoint(chat(server.url, { budget: { requests: 1 } }), folder);
    expect((await score(options)).shards).toEqual({ produced: 0, reused: 5, total: 5 });
    expect(server.received).toHaveLength(NUM_ROWS);
    await expect(score({ ...options, force: true })).rejects.toMatchObject({
      code: 'ENDPOINT_BUDGET',
      message: expect.stringMatching(/would take 90 requests/),
    });
  });

  it('killed with -9 pays for no answer that it had', async () => {
    const folder = await makeFolder();
    let child: ReturnType<typeof spawn> | undefined;
    const server = await serve((request, index) => {
      if (index === 50) child?.kill('SIGKILL');
      return index >= 50 && index < 60 ? { hang: true } : judge(request);
    });
    const limits = { concurrency: 4 };
    const teacher = await describeEndpoint(chat(server.url, { limits }), folder);
    const pairs = await writePairs(folder);
    const out = join(folder, 'scores');
    child = spawn(process.execPath, [CHILD, teacher, pairs, out, '40']);
    await new Promise((resolve) => child!.once('exit', resolve));
    const numFirst = server.received.length;
    const numKept = await numAnswers(join(folder, 'judge.cache'));
    expect(numFirst).toBeGreaterThan(50);
    expect(numKept).toBeGreaterThanOrEqual(40);
    const clean = await serve(judge);
    await describeEndpoint(chat(clean.url, { limits }), folder);
    await score({ teacher, input: await openExamples([pairs]), out, shardRows: 40 });
    expect(clean.received).toHaveLength(NUM_ROWS - numKept);
    expectMargins(await readAll(out));
  });

  it('skips rows without an answer when asked to, and lists them', async () => {
    const folder = await makeFolder();
    const server = await serve((request) =>
      rowOf(request) === 33 ? { body: chatAnswer('no idea') } : judge(request),
    );
    const teacher = await describeEndpoint(chat(server.url, { maxFailedShare: 0.1 }), folder);
    const pairs = await writePairs(folder);
    const options = {
      teacher,
      input: await openExamples([pairs]),
      out: join(folder, 'scores'),
      shardRows: 20,
    };
    await expect(score(options)).rejects.toMatchObject({
      code: 'ENDPOINT_FAILED',
      message: expect.stringMatching(
        /1 of 20 rows got no answer, the first: row 13: got "no idea"/,
      ),
    });
    await score({ ...options, failedRows: 'skip' });
    const list = await readFile(join(options.out, 'failed-rows.tsv'), 'utf8');
    expect(list.split('\n')[1]).toMatch(/^33\tgot "no idea".*\tquery 33 \| title 33$/);
    const columns = { numbers: ['row', 'logit_0'] };
    const missing: number[] = [];
    for await (const { numbers } of readTable(join(options.out, 'scores-*.parquet'), columns)) {
      const [rows, logits] = numbers;
      missing.push(...rows.filter((_, index) => Number.isNaN(logits[index])));
    }
    expect(missing).toEqual([33]);
  });

  it('stopped by its budget keeps shards and answers', async () => {
    const folder = await makeFolder();
    const server = await serve((request, index) =>
      index < 5 ? { status: 503, headers: { 'retry-after': '0' } } : judge(request),
    );
    const teacher = await describeEndpoint(chat(server.url, { budget: { requests: 92 } }), folder);
    const input = await openExamples([await writePairs(folder)]);
    const out = join(folder, 'scores');
    await expect(score({ teacher, input, out, shardRows: 10 })).rejects.toMatchObject({
      code: 'ENDPOINT_BUDGET',
    });
    expect(server.received).toHaveLength(92);
    const numShards = (await readdir(out)).filter((name) => name.endsWith('.parquet')).length;
    // 5 of the 92 requests failed: 87 rows have an answer.
    expect(numShards).toBe(8);
    expect((await score({ teacher, input, out, shardRows: 10 })).shards).toEqual({
      produced: 1,
      reused: 8,
      total: 9,
    });
    expect(server.received).toHaveLength(5 + NUM_ROWS);
    expectMargins(await readAll(out));
  });
});

describe('the command line with an endpoint', () => {
  it('scores, evaluates from the cache, and shows the key nowhere', async () => {
    const folder = await makeFolder();
    const server = await serve((request) =>
      request.headers.authorization === `Bearer ${KEY}`
        ? judge(request)
        : { status: 401, body: KEY },
    );
    await describeEndpoint(chat(server.url, { keyFrom: 'BERT2DNN_TEST_KEY' }), folder);
    await writePairs(folder);
    const args = [
      'score',
      '--teacher',
      'judge.json',
      '--input',
      'pairs.parquet',
      '--out',
      'scores',
    ];
    const without = await runCommand(folder, args);
    expect([without.status, server.received.length]).toEqual([1, 0]);
    expect(without.stderr).toMatch(/BERT2DNN_TEST_KEY is not set/);
    process.env.BERT2DNN_TEST_KEY = KEY;
    const scored = await runCommand(folder, args);
    expect(scored.stderr).toMatch(/90 of 90 rows are not in the cache; an estimated 90 requests/);
    expect(scored.stderr).toMatch(/used 90 requests/);
    expect(scored.status).toBe(0);
    expectMargins(await readAll(join(folder, 'scores')));
    const fields = ['--fields', 'query,title', '--label', 'label'];
    const input = ['--model', 'judge.json', '--input', 'pairs.parquet', '--out', 'report'];
    const evaluated = await runCommand(folder, ['evaluate', ...input, ...fields]);
    expect([evaluated.status, evaluated.stderr]).toEqual([0, expect.any(String)]);
    expect(server.received).toHaveLength(NUM_ROWS);
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(
      (entry) => entry.isFile(),
    );
    for (const file of files) {
      expect(await readFile(join(file.parentPath, file.name), 'latin1')).not.toContain(KEY);
    }
    for (const run of [without, scored, evaluated]) {
      expect(run.stdout + run.stderr).not.toContain(KEY);
    }
    delete process.env.BERT2DNN_TEST_KEY;
  });

  it('refuses a wrong description as wrong usage and a run beyond its budget', async () => {
    const folder = await makeFolder();
    const server = await serve(judge);
    await writePairs(folder);
    const args = [
      'score',
      '--teacher',
      'judge.json',
      '--input',
      'pairs.parquet',
      '--out',
      'scores',
    ];
    await writeFile(join(folder, 'judge.json'), JSON.stringify(chat(server.url, { modell: 'x' })));
    const wrong = await runCommand(folder, args);
    expect([wrong.status, wrong.stderr]).toEqual([
      2,
      expect.stringMatching(/judge\.json: unknown member "modell".*\nhint: Did you mean "model"/),
    ]);
    await describeEndpoint(chat(server.url, { budget: { requests: 89 } }), folder);
    const beyond = await runCommand(folder, args);
    expect([beyond.status, beyond.stderr]).toEqual([
      1,
      expect.stringMatching(/would take 90 requests.*the budget is 89 requests/),
    ]);
    expect(server.received).toEqual([]);
  });
});
