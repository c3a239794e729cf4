// Cache and budget: what is paid once, what is refused before and during a run, what a fingerprint depends on.
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Progress } from '../../../src/foundation/progress.js';
import { SILENT } from '../../../src/foundation/progress.js';
import {
  type EndpointTeacher,
  openEndpoint,
} from '../../../src/teacher/endpoint/endpoint-teacher.js';
import { chatAnswer, describeEndpoint, failing, HandClock, makeFolder, serve } from './served.js';

const KEY = 'sk-very-secret-1234';
const USAGE = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };
const prices = { inputPerMillion: 1000, outputPerMillion: 5000 };

const good = () => serve(() => ({ body: chatAnswer('{"grade": 3}', USAGE) }));

async function open(folder: string, url: string, members: object = {}): Promise<EndpointTeacher> {
  const description = { kind: 'chat', url, model: 'm', keyFrom: 'JUDGE_KEY', ...members };
  const path = await describeEndpoint(description, folder);
  return openEndpoint(path, { clock: new HandClock(), environment: { JUDGE_KEY: KEY } });
}

const rowsOf = (count: number, first = 0): string[][] => [
  Array.from({ length: count }, (_, row) => `query ${first + row}`),
  Array.from({ length: count }, () => 'title'),
];

async function* shards(...all: string[][][]): AsyncGenerator<string[][]> {
  yield* all;
}

function noting(): { progress: Progress; notes: string[] } {
  const notes: string[] = [];
  return { progress: { ...SILENT, note: (message) => notes.push(message) }, notes };
}

describe('the cache', () => {
  it('is asked before the endpoint, whatever its address and limits', async () => {
    const folder = await makeFolder();
    const first = await good();
    const teacher = await open(folder, first.url);
    const logits = await teacher.logits(rowsOf(10));
    await teacher.release();
    const second = await good();
    const moved = await open(folder, second.url, {
      keyFrom: 'JUDGE_KEY',
      clip: 0.02,
      limits: { concurrency: 2 },
    });
    expect(moved.fingerprint).toBe(teacher.fingerprint);
    const onBatch: [number, number][] = [];
    const again = await moved.logits(rowsOf(12), {
      onBatch: (rows, tokens) => onBatch.push([rows, tokens]),
    });
    expect([...again.slice(0, 10)]).toEqual([...logits]);
    expect(second.received).toHaveLength(2);
    expect(onBatch).toEqual([
      [10, 0],
      [1, 110],
      [1, 110],
    ]);
  });

  it('makes other margins of the same answers without asking', async () => {
    const folder = await makeFolder();
    const server = await serve(() => ({ body: chatAnswer('{"grade": 4}') }));
    await (await open(folder, server.url)).logits(rowsOf(1));
    const other = await open(folder, server.url, { clip: 0.1 });
    expect((await other.logits(rowsOf(1)))[0]).toBeCloseTo(Math.log(9), 6);
    expect(server.received).toHaveLength(1);
  });

  it.each([
    ['model', { model: 'other' }],
    ['prompt', { prompt: { user: '{query} / {title}' } }],
    ['meaning of a grade', { scale: { '1': 'no', '2': 'b', '3': 'c', '4': 'yes' } }],
    ['seed', { seed: 2 }],
    ['extra member', { extra: { top_p: 0.5 } }],
  ])('another %s is another question and another teacher', async (_, members) => {
    const folder = await makeFolder();
    const server = await good();
    const plain = await open(folder, server.url);
    await plain.logits(rowsOf(1));
    const other = await open(folder, server.url, members);
    await other.logits(rowsOf(1));
    expect(other.fingerprint).not.toBe(plain.fingerprint);
    expect(server.received).toHaveLength(2);
  });

  it('holds no key and no text', async () => {
    const folder = await makeFolder();
    const server = await good();
    const teacher = await open(folder, server.url);
    await teacher.logits(rowsOf(3));
    await teacher.release();
    const [segment, ...others] = await readdir(join(folder, 'judge.cache'));
    expect(others).toEqual([]);
    const content = await readFile(join(folder, 'judge.cache', segment), 'utf8');
    expect(content.trim().split('\n')).toHaveLength(3);
    expect(content).not.toMatch(/sk-very|query \d|127\.0\.0\.1/);
  });
});

describe('the estimate', () => {
  it('counts each unknown question once, and says time and cost', async () => {
    const folder = await makeFolder();
    const server = await good();
    const teacher = await open(folder, server.url, { prices, limits: { requestsPerMinute: 6 } });
    await teacher.logits(rowsOf(2));
    const { progress, notes } = noting();
    await teacher.preview(shards(rowsOf(5), rowsOf(5, 3)), progress);
    // Rows 0 and 1 are known, 3 and 4 come twice: 2..7 are to be asked.
    expect(notes).toEqual([
      expect.stringMatching(
        /^judge\.json: 6 of 10 rows are not in the cache; an estimated 6 requests, [\d,]+ input and 192 output tokens, [\d.]+ USD; at least 1 min 00 s at the rate limit$/,
      ),
    ]);
    expect(server.received).toHaveLength(2);
    await teacher.release();
    expect(notes[1]).toBe(
      `judge.json: used 2 requests, 200 input and 20 output tokens, 0.30 USD; 0 rows came from ${join(folder, 'judge.cache')}`,
    );
  });

  it.each([
    [{ requests: 9 }, /would take 10 requests.*the budget is 9 requests/],
    [{ tokens: 100 }, /the budget is 100 tokens/],
    [{ cost: 0.01 }, /would take .* USD, the budget is 0\.010 USD/],
  ])('beyond the budget %j refuses and sends nothing', async (budget, message) => {
    const server = await good();
    const teacher = await open(await makeFolder(), server.url, { prices, budget });
    await expect(teacher.preview(shards(rowsOf(10)), SILENT)).rejects.toEqual(
      failing('ENDPOINT_BUDGET', message, /Raise "budget"/),
    );
    expect(server.received).toEqual([]);
  });

  it('of nothing needs no key and no budget', async () => {
    const folder = await makeFolder();
    const server = await good();
    await (await open(folder, server.url)).logits(rowsOf(3));
    const path = await describeEndpoint(
      { kind: 'chat', url: server.url, model: 'm', keyFrom: 'JUDGE_KEY', budget: { tokens: 1 } },
      folder,
    );
    const teacher = await openEndpoint(path, { environment: {} });
    const { progress, notes } = noting();
    await teacher.preview(shards(rowsOf(3)), progress);
    expect(notes).toEqual(['judge.json: 0 of 3 rows are not in the cache']);
    expect(await teacher.logits(rowsOf(3))).toHaveLength(3);
  });
});

describe('the budget of a run', () => {
  it('stops it; a higher one goes on where it stopped', async () => {
    const folder = await makeFolder();
    const server = await good();
    const teacher = await open(folder, server.url, { budget: { requests: 7 } });
    await expect(teacher.logits(rowsOf(20))).rejects.toEqual(
      failing(
        'ENDPOINT_BUDGET',
        /the budget of 7 requests is used up/,
        /finished shards and answers are kept/,
      ),
    );
    expect(server.received).toHaveLength(7);
    await expect(teacher.logits(rowsOf(20))).rejects.toThrow(/7 requests is used up/);
    const raised = await open(folder, server.url, { budget: { requests: 13 } });
    expect(await raised.logits(rowsOf(20))).toHaveLength(20);
    expect(server.received).toHaveLength(20);
  });

  it('counts what answers say they took', async () => {
    const server = await good();
    // 0.15 a request: 100 * 1000 + 10 * 5000 millionths. The estimate of one more goes beyond after six.
    const members = { prices, budget: { cost: 1.3 }, limits: { concurrency: 1 } };
    const teacher = await open(await makeFolder(), server.url, members);
    await expect(teacher.logits(rowsOf(20))).rejects.toThrow(/0\.\d+ USD$/);
    const spent = server.received.length * 0.15;
    expect(spent).toBeLessThanOrEqual(1.3);
    expect(spent).toBeGreaterThan(0.5);
  });

  it('counts attempts that failed as requests', async () => {
    const server = await serve(() => ({ status: 503 }));
    const teacher = await open(await makeFolder(), server.url, {
      budget: { requests: 3 },
      limits: { concurrency: 1 },
    });
    await expect(teacher.logits(rowsOf(1))).rejects.toThrow(/3 requests is used up/);
    expect(server.received).toHaveLength(3);
  });
});

describe('openEndpoint', () => {
  it.each([
    [{ maxTokens: 128 }, /has no maxTokens/],
    [{ precision: 'int8' }, /has no precision/],
    [{ precision: 'f32', onnxFile: 'm.onnx' }, /has no onnxFile/],
    [{ embeddings: {} }, /has no embeddings/],
  ])('refuses %j', async (options, message) => {
    const path = await describeEndpoint({ kind: 'chat', url: 'http://127.0.0.1:1', model: 'm' });
    await expect(openEndpoint(path, options)).rejects.toEqual(failing('USAGE', message));
    expect(await readdir(dirname(path))).toEqual(['judge.json']);
  });
});
