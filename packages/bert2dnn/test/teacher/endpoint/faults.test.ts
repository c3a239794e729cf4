// An endpoint that is slow, busy, broken or wrong: what is tried again, what ends the run, what fails a row.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/teacher/endpoint/clock.js';
import {
  type EndpointTeacher,
  openEndpoint,
} from '../../../src/teacher/endpoint/endpoint-teacher.js';
import { chatAnswer, describeEndpoint, failing, HandClock, type Reply, serve } from './served.js';

const GOOD: Reply = { body: chatAnswer('{"grade": 3}') };
const MARGIN = Math.fround(Math.log(2));
const KEY = 'sk-very-secret-1234';

interface Opened {
  teacher: EndpointTeacher;
  clock: HandClock;
  path: string;
}

async function open(url: string, members: object = {}, environment = {}): Promise<Opened> {
  const description = { kind: 'chat', url, model: 'm', ...members };
  const path = await describeEndpoint(description);
  const clock = new HandClock();
  return { teacher: await openEndpoint(path, { clock, environment }), clock, path };
}

/** A promise to be kept by hand. */
function createGate(): { opened: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

const rowsOf = (count: number): string[][] => [
  Array.from({ length: count }, (_, row) => `query ${row}`),
  Array.from({ length: count }, () => 'title'),
];

describe('what may go better later', () => {
  it.each<[string, Reply]>([
    ['500', { status: 500, body: 'oops' }],
    ['503', { status: 503 }],
    ['408', { status: 408 }],
    ['429', { status: 429 }],
    ['a dropped connection', { drop: 'before' }],
    ['half a body', { ...GOOD, drop: 'half' }],
    ['no JSON', { body: '<html>' }],
    ['no answer in time', { hang: true }],
  ])('%s is tried again, after a growing random time', async (_, fault) => {
    const server = await serve((__, index) => (index < 3 ? fault : GOOD));
    const { teacher, clock } = await open(server.url, { limits: { timeoutSeconds: 0.2 } });
    expect([...(await teacher.logits(rowsOf(1)))]).toEqual([MARGIN]);
    expect(server.received).toHaveLength(4);
    expect(clock.slept).toHaveLength(3);
    clock.slept.forEach((sleptMs, attempt) => {
      expect(sleptMs).toBeGreaterThanOrEqual(0);
      expect(sleptMs).toBeLessThan(500 * 2 ** attempt);
    });
    expect(new Set(clock.slept).size).toBe(3);
  });

  it('ends after the last attempt and says why', async () => {
    const server = await serve(() => ({ status: 502, body: 'bad gateway' }));
    const { teacher, clock } = await open(server.url, { limits: { retries: 9 } });
    await expect(teacher.logits(rowsOf(1))).rejects.toEqual(
      failing('ENDPOINT_FAILED', /row 0: HTTP 502: bad gateway, after 10 attempts/),
    );
    expect(server.received).toHaveLength(10);
    expect(Math.max(...clock.slept)).toBeLessThan(30_000);
  });

  it('nobody there is a network error', async () => {
    const server = await serve(() => GOOD);
    await server.close();
    const { teacher } = await open(server.url, { limits: { retries: 1 } });
    await expect(teacher.logits(rowsOf(1))).rejects.toEqual(
      failing('ENDPOINT_FAILED', /network error: ECONNREFUSED, after 2 attempts/),
    );
  });

  it.each<[string, Record<string, string>]>([
    ['seconds', { 'retry-after': '7' }],
    [
      'a date',
      {
        date: 'Wed, 21 Oct 2015 07:28:00 GMT',
        'retry-after': 'Wed, 21 Oct 2015 07:28:07 GMT',
      },
    ],
  ])('waits as Retry-After says in %s', async (_, headers) => {
    const server = await serve((__, index) => (index === 0 ? { status: 429, headers } : GOOD));
    const { teacher, clock } = await open(server.url);
    await teacher.logits(rowsOf(1));
    expect(clock.slept).toEqual([7000]);
  });

  it('backs off by itself where Retry-After says less', async () => {
    const headers = { 'retry-after': '0' };
    const server = await serve((_, index) => (index < 4 ? { status: 429, headers } : GOOD));
    const { teacher, clock } = await open(server.url);
    await teacher.logits(rowsOf(1));
    expect(clock.slept).toHaveLength(4);
    expect(clock.now).toBeGreaterThan(100);
  });

  it('ends the run when the server asks to wait too long', async () => {
    const headers = { 'retry-after': '3600' };
    const server = await serve(() => ({ status: 429, headers }));
    const { teacher, clock } = await open(server.url);
    await expect(teacher.logits(rowsOf(1))).rejects.toEqual(
      failing('ENDPOINT_FAILED', /asks to wait 3600 s, the limit is 300 s/, /maxRetryAfterSeconds/),
    );
    expect(clock.slept).toEqual([]);
  });

  it('follows no redirect', async () => {
    const elsewhere = await serve(() => GOOD);
    const server = await serve(() => ({ status: 307, headers: { location: elsewhere.url } }));
    const { teacher } = await open(server.url, { limits: { retries: 0 } });
    await expect(teacher.logits(rowsOf(1))).rejects.toEqual(failing('ENDPOINT_FAILED', /redirect/));
    expect(elsewhere.received).toEqual([]);
  });
});

describe('the key', () => {
  const echo = (status: number): Reply => ({
    status,
    body: `Incorrect key: ${KEY}\n${'x'.repeat(300)}`,
  });

  it.each([401, 403])('%d names the variable and hides the key', async (status) => {
    const server = await serve(() => echo(status));
    const { teacher } = await open(server.url, { keyFrom: 'JUDGE_KEY' }, { JUDGE_KEY: KEY });
    const error = (await teacher.logits(rowsOf(3)).catch((each) => each)) as Error;
    expect(error).toEqual(
      failing(
        'ENDPOINT_FAILED',
        new RegExp(`HTTP ${status}: Incorrect key: \\*\\*\\* x{181}$`),
        /JUDGE_KEY/,
      ),
    );
    expect(server.received[0].headers.authorization).toBe(`Bearer ${KEY}`);
    expect(server.received.length).toBeLessThanOrEqual(3);
  });

  it('is asked for when none is named', async () => {
    const server = await serve(() => ({ status: 401, body: '' }));
    const { teacher } = await open(server.url);
    await expect(teacher.logits(rowsOf(1))).rejects.toEqual(
      failing('ENDPOINT_FAILED', /HTTP 401: \(no text\)/, /"keyFrom"/),
    );
    expect(server.received[0].headers.authorization).toBeUndefined();
  });

  it('that is not set is noticed before anything is sent', async () => {
    const server = await serve(() => GOOD);
    const { teacher } = await open(server.url, { keyFrom: 'JUDGE_KEY' }, { JUDGE_KEY: ' ' });
    await expect(teacher.logits(rowsOf(1))).rejects.toEqual(
      failing('ENDPOINT_FAILED', /environment variable JUDGE_KEY is not set/, /export JUDGE_KEY/),
    );
    expect(server.received).toEqual([]);
  });

  it('goes into another header bare', async () => {
    const server = await serve(() => GOOD);
    const members = { keyFrom: 'JUDGE_KEY', keyHeader: 'Api-Key' };
    const { teacher } = await open(server.url, members, { JUDGE_KEY: `${KEY}\n` });
    await teacher.logits(rowsOf(1));
    expect(server.received[0].headers['api-key']).toBe(KEY);
  });
});

describe('rows that fail', () => {
  const refuse = (...queries: number[]) =>
    serve(({ body }) => {
      const text = body.messages[1].content as string;
      return queries.some((query) => text.includes(`query ${query}<`))
        ? { status: 400, body: `too\tlong ${'y'.repeat(400)}` }
        : GOOD;
    });

  it('are listed; the others are kept, and only those are asked again', async () => {
    const server = await refuse(3);
    const { teacher, path } = await open(server.url, { limits: { concurrency: 3 } });
    const reason = `HTTP 400: too long ${'y'.repeat(191)}`;
    await expect(teacher.logits(rowsOf(100))).rejects.toEqual(
      failing(
        'ENDPOINT_FAILED',
        /judge\.json: 1 of 100 rows got no answer.*row 3: HTTP 400: too long/,
      ),
    );
    expect(server.received).toHaveLength(100);
    const list = await readFile(join(dirname(path), 'judge.cache', 'failed-rows.tsv'), 'utf8');
    expect(list).toBe(`row\treason\tquery\ttitle\n3\t${reason}\tquery 3\ttitle\n`);
    await expect(teacher.logits(rowsOf(100))).rejects.toThrow(/1 of 100/);
    expect(server.received).toHaveLength(101);
  });

  it('are NaN for a caller that takes them, each with its reason', async () => {
    const server = await refuse(1, 4);
    const { teacher } = await open(server.url, { maxFailedShare: 0.5 });
    const failed: [number, string][] = [];
    const [queries, titles] = rowsOf(6);
    const logits = await teacher.logits(
      [
        [...queries, 'query 1'],
        [...titles, 'title'],
      ],
      {
        onFailedRow: (row, reason) => failed.push([row, reason.slice(0, 8)]),
      },
    );
    expect([...logits]).toEqual([
      MARGIN,
      Number.NaN,
      MARGIN,
      MARGIN,
      Number.NaN,
      MARGIN,
      Number.NaN,
    ]);
    expect(failed).toEqual([
      [1, 'HTTP 400'],
      [4, 'HTTP 400'],
      [6, 'HTTP 400'],
    ]);
  });

  it('end the run once they are too many', async () => {
    const server = await refuse(...Array.from({ length: 50 }, (_, index) => 2 * index));
    const { teacher } = await open(server.url, {
      maxFailedShare: 0.05,
      limits: { concurrency: 1 },
    });
    await expect(teacher.logits(rowsOf(100), { onFailedRow: () => undefined })).rejects.toThrow(
      /6 of 100 rows got no answer/,
    );
    // Rows 0, 2, .., 10 are refused: the sixth is one too many.
    expect(server.received).toHaveLength(11);
  });

  it('end the run when the first five all fail', async () => {
    const server = await serve(() => ({ status: 400, body: 'unknown model' }));
    const { teacher } = await open(server.url, { maxFailedShare: 1, limits: { concurrency: 1 } });
    await expect(teacher.logits(rowsOf(100), { onFailedRow: () => undefined })).rejects.toThrow(
      /unknown model/,
    );
    expect(server.received).toHaveLength(5);
  });

  it('another 4xx ends the run at once', async () => {
    const server = await serve(() => ({ status: 404, body: 'no such path' }));
    const { teacher } = await open(server.url, { limits: { concurrency: 1 } });
    await expect(teacher.logits(rowsOf(3))).rejects.toEqual(
      failing('ENDPOINT_FAILED', /\/ask\): HTTP 404: no such path/, /"url"/),
    );
    expect(server.received).toHaveLength(1);
  });
});

describe('a run that ends', () => {
  it('lets nothing wait and begins nothing, but keeps what is under way', async () => {
    const isSlowThere = createGate();
    const isBackingOff = createGate();
    const isEnding = createGate();
    const server = await serve(async ({ body }) => {
      const query = Number(/query (\d+)/.exec(body.messages[1].content)![1]);
      if (query === 0) return { status: 503 };
      if (query === 1) {
        isSlowThere.open();
        await isEnding.opened;
        return GOOD;
      }
      await Promise.all([isSlowThere.opened, isBackingOff.opened]);
      return { status: 404 };
    });
    // Whoever backs off waits for the end of the run, and the slow answer comes after it.
    const clock: Clock = {
      nowMs: () => 0,
      sleep: (_, signal) =>
        new Promise((resolve) => {
          isBackingOff.open();
          signal!.addEventListener('abort', () => {
            isEnding.open();
            resolve();
          });
        }),
    };
    const members = { kind: 'chat', url: server.url, model: 'm', limits: { concurrency: 3 } };
    const path = await describeEndpoint(members);
    const teacher = await openEndpoint(path, { clock });
    await expect(teacher.logits(rowsOf(10))).rejects.toThrow(/HTTP 404/);
    expect(server.received).toHaveLength(3);
    expect([...(await teacher.logits([['query 1'], ['title']]))]).toEqual([MARGIN]);
    expect(server.received).toHaveLength(3);
  });
});

describe('limits', () => {
  it('has no more requests under way than allowed, and loses no row', async () => {
    let numOpen = 0;
    let mostOpen = 0;
    const server = await serve(async ({ body }) => {
      mostOpen = Math.max(mostOpen, ++numOpen);
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      numOpen--;
      const grade = (Number(/query (\d+)/.exec(body.messages[1].content)![1]) % 4) + 1;
      return { body: chatAnswer(`${grade}`) };
    });
    const { teacher } = await open(server.url, { limits: { concurrency: 3 } });
    const logits = await teacher.logits(rowsOf(40));
    expect(mostOpen).toBeGreaterThan(1);
    expect(mostOpen).toBeLessThanOrEqual(3);
    const margins = [-Math.log(49), -Math.log(2), Math.log(2), Math.log(49)].map(Math.fround);
    expect([...logits]).toEqual(rowsOf(40)[0].map((_, row) => margins[row % 4]));
  });

  it('keeps to requests a minute', async () => {
    const server = await serve(() => GOOD);
    const { teacher, clock } = await open(server.url, { limits: { requestsPerMinute: 30 } });
    await teacher.logits(rowsOf(6));
    expect(clock.now).toBe(10_000);
  });
});
