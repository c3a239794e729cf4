// The server: every body that it takes and every one that it refuses, without a socket; and once on a real port.
import { afterEach, describe, expect, it } from 'vitest';
import type { Scorer } from '../../src/evaluate/scorer.js';
import { createServer, type ScoreServer, startServer } from '../../src/server/server.js';

/** A scorer whose logit is the number of letters that title and query share less 2. */
const pairScorer: Scorer = {
  name: 'pairs',
  kind: 'student',
  fields: ['query', 'title'],
  numOutputs: 1,
  temperature: 2,
  calibrated: true,
  logits: ([queries, titles]) =>
    Float32Array.from(
      queries,
      (query, row) => [...query].filter((letter) => titles[row].includes(letter)).length - 2,
    ),
  release: async () => undefined,
};

/** A scorer of three classes: the length of the text, 1 and 0. */
const classScorer: Scorer = {
  name: 'classes',
  kind: 'teacher',
  fields: ['text'],
  numOutputs: 3,
  classes: ['long', 'short', 'none'],
  temperature: 1,
  calibrated: true,
  logits: async ([texts]) => Float32Array.from(texts.flatMap((text) => [text.length, 1, 0])),
  release: async () => undefined,
};

const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));
let server: ScoreServer;
afterEach(() => server?.close());

function create(more = {}): ScoreServer {
  server = createServer({
    models: [
      { name: 'shop', scorer: pairScorer },
      { name: 'topics', scorer: classScorer },
    ],
    ...more,
  });
  return server;
}

async function post(body: unknown, more = {}) {
  const answer = await create(more).inject({
    method: 'POST',
    url: '/score',
    payload: body as object,
  });
  return { status: answer.statusCode, body: answer.json() };
}

describe('POST /score', () => {
  it('scores one row', async () => {
    // "abc" and "cab x" share 3 letters: logit 1, probability sigmoid(1 * 2).
    expect(await post({ query: 'abc', title: 'cab x' })).toEqual({
      status: 200,
      body: { logit: 1, score: sigmoid(2) },
    });
  });

  it('scores pairs in their order', async () => {
    const pairs = [
      { query: 'abc', title: 'x' },
      { title: 'abcd', query: 'abcd' },
    ];
    expect((await post({ pairs })).body).toEqual({
      results: [
        { logit: -2, score: expect.closeTo(sigmoid(-4), 14) },
        { logit: 2, score: sigmoid(4) },
      ],
    });
    expect((await post({ pairs: [] })).body).toEqual({ results: [] });
  });

  it('scores with the model that the body names', async () => {
    const { status, body } = await post({ model: 'topics', text: 'ab' });
    const sum = Math.exp(2) + Math.E + 1;
    expect(status).toBe(200);
    expect(body).toEqual({
      class: 'long',
      score: expect.closeTo(Math.exp(2) / sum, 12),
      scores: {
        long: expect.closeTo(Math.exp(2) / sum, 12),
        short: expect.closeTo(Math.E / sum, 12),
        none: expect.closeTo(1 / sum, 12),
      },
      logits: { long: 2, short: 1, none: 0 },
    });
  });

  const refused: [string, unknown, string, string, string?][] = [
    [
      'a missing field',
      { query: 'a' },
      'FIELD_MISSING',
      'body.title: missing, pairs takes query, title',
    ],
    [
      'a misspelt field',
      { query: 'a', titel: 'b' },
      'FIELD_UNKNOWN',
      'body.titel: unknown field',
      'Did you mean title?',
    ],
    [
      'a field that is no text',
      { query: 'a', title: 3 },
      'FIELD_INVALID',
      'body.title: got number 3, expected a text',
    ],
    [
      'an unknown model',
      { model: 'shops', query: 'a', title: 'b' },
      'MODEL_UNKNOWN',
      'got "shops", expected one of shop, topics',
      'Did you mean shop?',
    ],
    [
      'a model that is no name',
      { model: 3, query: 'a', title: 'b' },
      'MODEL_UNKNOWN',
      'body.model: got 3',
    ],
    ['a list as body', [1], 'BODY_INVALID', 'body: got a list, expected a JSON object'],
    [
      'pairs that are no list',
      { pairs: 'a' },
      'FIELD_INVALID',
      'body.pairs: got string "a", expected a list',
    ],
    ['a pair that is no object', { pairs: [null] }, 'FIELD_INVALID', 'body.pairs[0]: got null'],
    [
      'a field missing in a pair',
      { pairs: [{ query: 'a', title: 'b' }, { query: 'a' }] },
      'FIELD_MISSING',
      'body.pairs[1].title: missing',
    ],
    [
      'a field beside pairs',
      { pairs: [], query: 'a' },
      'FIELD_UNKNOWN',
      'body.query: unknown beside pairs',
    ],
  ];
  it.each(refused)('refuses %s', async (_, payload, code, message, hint) => {
    const { status, body } = await post(payload);
    expect(status).toBe(400);
    expect(body.error.code).toBe(code);
    expect(body.error.message).toContain(message);
    if (hint !== undefined) expect(body.error.hint).toBe(hint);
  });

  it('refuses what is no JSON, not said to be JSON, or too large', async () => {
    const send = async (payload: string, type: string, more = {}) => {
      const answer = await create(more).inject({
        method: 'POST',
        url: '/score',
        payload,
        headers: { 'content-type': type },
      });
      return [answer.statusCode, answer.json().error.code];
    };
    expect(await send('{"query": ', 'application/json')).toEqual([400, 'BODY_INVALID']);
    expect(await send('', 'application/json')).toEqual([400, 'BODY_INVALID']);
    expect(await send('query=a', 'application/x-www-form-urlencoded')).toEqual([415, 'MEDIA_TYPE']);
    const large = JSON.stringify({ query: 'a'.repeat(200), title: 'b' });
    expect(await send(large, 'application/json', { bodyLimitBytes: 100 })).toEqual([
      413,
      'BODY_TOO_LARGE',
    ]);
  });

  it('limits the pairs of a request', async () => {
    const pair = { query: 'a', title: 'b' };
    const { status, body } = await post({ pairs: [pair, pair, pair] }, { maxPairs: 2 });
    expect([status, body.error.code]).toEqual([400, 'TOO_MANY_PAIRS']);
    expect(body.error.message).toBe('body.pairs: got 3 pairs, expected at most 2');
  });

  it('tells nothing of the inside when a model fails, and answers the next request', async () => {
    let numCalls = 0;
    const failing: Scorer = {
      ...pairScorer,
      logits: ([queries]) => {
        numCalls++;
        if (numCalls === 1) throw new Error('secret path /home/me');
        return new Float32Array(queries.length);
      },
    };
    server = createServer({ models: [{ name: 'failing', scorer: failing }] });
    const ask = () =>
      server.inject({ method: 'POST', url: '/score', payload: { query: 'a', title: 'b' } });
    const first = await ask();
    expect(first.statusCode).toBe(500);
    expect(first.json().error.code).toBe('INTERNAL');
    expect(first.body).not.toContain('secret');
    expect((await ask()).json()).toEqual({ logit: 0, score: 0.5 });
  });

  it('never enters one model twice at a time', async () => {
    let running = 0;
    let most = 0;
    const slow: Scorer = {
      ...pairScorer,
      logits: async ([queries]) => {
        running++;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        return new Float32Array(queries.length);
      },
    };
    server = createServer({ models: [{ name: 'slow', scorer: slow }] });
    const payload = { query: 'a', title: 'b' };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => server.inject({ method: 'POST', url: '/score', payload })),
    );
    expect(answers.map((answer) => answer.statusCode)).toEqual([200, 200, 200, 200, 200]);
    expect(most).toBe(1);
  });
});

describe('GET /health and other routes', () => {
  it('lists the models', async () => {
    const answer = await create().inject({ method: 'GET', url: '/health' });
    expect(answer.json()).toEqual({
      status: 'ok',
      models: [
        {
          name: 'shop',
          kind: 'student',
          fields: ['query', 'title'],
          numOutputs: 1,
          temperature: 2,
        },
        {
          name: 'topics',
          kind: 'teacher',
          fields: ['text'],
          numOutputs: 3,
          classes: ['long', 'short', 'none'],
          temperature: 1,
        },
      ],
    });
  });

  it('names its routes on an unknown one', async () => {
    for (const [method, url] of [
      ['GET', '/score'],
      ['POST', '/scores'],
    ] as const) {
      const answer = await create().inject({ method, url });
      expect(answer.statusCode).toBe(404);
      expect(answer.json()).toEqual({
        error: {
          code: 'ROUTE_UNKNOWN',
          message: `${method} ${url}: no such route`,
          hint: 'There are POST /score and GET /health.',
        },
      });
    }
  });

  it('refuses to serve nothing, or two models of one name', () => {
    expect(() => createServer({ models: [] })).toThrow('got no model');
    const model = { name: 'a', scorer: pairScorer };
    expect(() => createServer({ models: [model, model] })).toThrow('two models are named a');
  });
});

describe('startServer', () => {
  it('listens, answers, tells when the port is taken, and closes', async () => {
    const models = [{ name: 'shop', scorer: pairScorer }];
    const running = await startServer({ models, port: 0 });
    try {
      expect(running.url).toBe(`http://127.0.0.1:${running.port}`);
      const answer = await fetch(`${running.url}/score`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: 'abc', title: 'cab x' }),
      });
      expect(await answer.json()).toEqual({ logit: 1, score: sigmoid(2) });
      await expect(startServer({ models, port: running.port })).rejects.toMatchObject({
        code: 'PORT_IN_USE',
      });
    } finally {
      await running.close();
    }
    await expect(fetch(`${running.url}/health`)).rejects.toThrow();
  });
});
