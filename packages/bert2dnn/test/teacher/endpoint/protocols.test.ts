// The three kinds against servers that speak them: order, margins, what is sent, what is refused.
import { describe, expect, it } from 'vitest';
import { openEndpoint } from '../../../src/teacher/endpoint/endpoint-teacher.js';
import { loadTeacher } from '../../../src/teacher/teacher.js';
import {
  chatAnswer,
  describeEndpoint,
  failing,
  HandClock,
  type Received,
  type Reply,
  serve,
} from './served.js';

const logit = (p: number) => Math.log(p / (1 - p));
/** A score that depends on both texts. */
const scoreOf = (query: string, document: string) =>
  ((query.length * 7 + document.length * 3) % 19) / 20 + 0.01;

const QUERIES = ['shoe', 'red hat', 'shoe', 'x', 'red hat', 'shoe', 'shoe'];
const TITLES = ['a', 'bb', 'ccc', 'dddd', 'eeeee', 'ffffff', 'a'];

async function logitsOf(members: Record<string, unknown>, texts: string[][]): Promise<number[]> {
  const teacher = await openEndpoint(await describeEndpoint(members), { clock: new HandClock() });
  try {
    return [...(await teacher.logits(texts))];
  } finally {
    await teacher.release();
  }
}

function expectClose(got: number[], expected: number[]): void {
  expect(got).toHaveLength(expected.length);
  got.forEach((value, index) => {
    expect(value).toBeCloseTo(expected[index], 5);
  });
}

describe('rerank', () => {
  const expected = QUERIES.map((query, row) => logit(scoreOf(query, TITLES[row])));

  it('groups by query, asks a pair once, restores order (Cohere, Jina, vLLM, Infinity)', async () => {
    const server = await serve(({ body }) => {
      const results = body.documents.map((text: string, index: number) => ({
        index,
        relevance_score: scoreOf(body.query, text),
      }));
      return { body: { id: 'x', results: results.reverse(), usage: { total_tokens: 5 } } };
    });
    const members = {
      kind: 'rerank',
      url: server.url,
      model: 'm',
      batchRows: 2,
      extra: { user: 'u' },
    };
    expectClose(await logitsOf(members, [QUERIES, TITLES]), expected);
    const sent = server.received.map(({ body }) => JSON.stringify(body)).sort();
    expect(sent).toEqual(
      [
        { model: 'm', query: 'shoe', documents: ['a', 'ccc'], top_n: 2, user: 'u' },
        { model: 'm', query: 'shoe', documents: ['ffffff'], top_n: 1, user: 'u' },
        { model: 'm', query: 'red hat', documents: ['bb', 'eeeee'], top_n: 2, user: 'u' },
        { model: 'm', query: 'x', documents: ['dddd'], top_n: 1, user: 'u' },
      ]
        .map((body) => JSON.stringify(body))
        .sort(),
    );
  });

  it('speaks to text-embeddings-inference, raw scores too', async () => {
    const server = await serve(({ body }) => ({
      body: body.texts
        .map((text: string, index: number) => {
          const p = scoreOf(body.query, text);
          return { index, score: body.raw_scores ? logit(p) : p };
        })
        .sort((left: { score: number }, right: { score: number }) => right.score - left.score),
    }));
    const members = { kind: 'rerank', api: 'tei', url: server.url, model: 'm' };
    expectClose(await logitsOf(members, [QUERIES, TITLES]), expected);
    expectClose(await logitsOf({ ...members, scores: 'logit' }, [QUERIES, TITLES]), expected);
    expect(server.received[0].body).toMatchObject({ query: 'shoe', truncate: true });
    expect(server.received[0].body).not.toHaveProperty('model');
  });

  it('clips certainty and joins further fields', async () => {
    const server = await serve(({ body }) => ({
      body: { results: [{ index: 0, relevance_score: body.documents[0] === 'b c' ? 1 : 0.5 }] },
    }));
    const members = {
      kind: 'rerank',
      url: server.url,
      model: 'm',
      fields: ['a', 'b', 'c'],
      clip: 0.1,
    };
    expectClose(await logitsOf(members, [['a'], ['b'], ['c']]), [Math.log(9)]);
  });

  it.each([
    ['twice', [0, 0], /index 0 twice/],
    ['missing', [1], /lacks the index 0/],
    ['out of range', [0, 2], /has the index 2, expected each index of 0\.\.1 once/],
    ['negative', [0, -1], /has the index -1/],
    ['a fraction', [0, 0.5], /has the index 0\.5/],
  ])('refuses an index %s at once', async (_, indices, message) => {
    const server = await serve(() => ({
      body: { results: indices.map((index) => ({ index, relevance_score: 0.5 })) },
    }));
    const members = { kind: 'rerank', url: server.url, model: 'm' };
    await expect(
      logitsOf(members, [
        ['q', 'q'],
        ['a', 'b'],
      ]),
    ).rejects.toEqual(failing('ENDPOINT_FAILED', message, /does not speak this protocol/));
    expect(server.received).toHaveLength(1);
  });

  it('says so when scores are no probabilities', async () => {
    const server = await serve(() => ({ body: { results: [{ index: 0, relevance_score: 3.5 }] } }));
    const members = { kind: 'rerank', url: server.url, model: 'm' };
    await expect(logitsOf(members, [['q'], ['a']])).rejects.toEqual(
      failing(
        'ENDPOINT_FAILED',
        /the score 3\.5, expected 0\.\.1; for raw scores write "scores": "logit"/,
      ),
    );
    expectClose(await logitsOf({ ...members, scores: 'logit' }, [['q'], ['a']]), [3.5]);
  });
});

describe('classify', () => {
  const shares = (text: string) => [text.length / 20, 0.3, 0.7 - text.length / 20];
  const reply = ({ body }: Received): Reply => ({
    body: body.inputs.map((input: string[]) =>
      // Best first, as servers sort them.
      shares(input[1] ?? input[0])
        .map((score, index) => ({ score, label: `LABEL_${index}` }))
        .sort((left, right) => right.score - left.score),
    ),
  });
  const members = { kind: 'classify', model: 'm', labels: ['LABEL_2', 'LABEL_0', 'LABEL_1'] };

  it('puts labels in class order; softmax gives the probabilities back', async () => {
    const server = await serve(reply);
    const got = await logitsOf({ ...members, url: server.url, batchRows: 3 }, [QUERIES, TITLES]);
    const expected = TITLES.flatMap((title) => {
      const [zero, one, two] = shares(title);
      return [two, zero, one].map(Math.log);
    });
    expectClose(got, expected);
    expect(server.received.map(({ body }) => body.inputs.length)).toEqual([3, 3]);
    expect(server.received[0].body.inputs[0]).toEqual(['shoe', 'a']);
  });

  it('sends single texts as lists of one', async () => {
    const server = await serve(reply);
    await logitsOf({ ...members, url: server.url, fields: ['text'] }, [['one', 'four']]);
    expect(server.received[0].body.inputs).toEqual([['one'], ['four']]);
  });

  it('refuses other labels and another number of results', async () => {
    const server = await serve(reply);
    await expect(
      logitsOf({ ...members, labels: ['a', 'b', 'c'], url: server.url }, [['q'], ['t']]),
    ).rejects.toEqual(failing('ENDPOINT_FAILED', /got the labels LABEL_\d.*expected a, b, c/));
    const short = await serve(() => ({ body: [] }));
    await expect(logitsOf({ ...members, url: short.url }, [['q'], ['t']])).rejects.toEqual(
      failing('ENDPOINT_FAILED', /got 0 results, expected 1/),
    );
  });

  it('finds the row that spoils a batch', async () => {
    const server = await serve((request) =>
      request.body.inputs.some(([, title]: string[]) => title === 'dddd')
        ? { status: 413, body: 'too long' }
        : reply(request),
    );
    const path = await describeEndpoint({ ...members, url: server.url, maxFailedShare: 0.2 });
    const teacher = await openEndpoint(path, { clock: new HandClock() });
    const failed: [number, string][] = [];
    const logits = await teacher.logits([QUERIES, TITLES], {
      onFailedRow: (row, reason) => failed.push([row, reason]),
    });
    expect(failed).toEqual([[3, 'HTTP 413: too long']]);
    expect([...logits.keys()].filter((index) => Number.isNaN(logits[index]))).toEqual([9, 10, 11]);
    // The six questions: 6, 3 and 3, of the latter with the fourth 2 and 1, of those 1 and 1.
    expect(server.received.map(({ body }) => body.inputs.length)).toEqual([6, 3, 3, 2, 1, 1, 1]);
  });

  it('takes one label as one probability or logit', async () => {
    const server = await serve(({ body }) => ({
      body: body.inputs.map(() => [{ score: body.raw_scores ? 2.5 : 0.75, label: 'yes' }]),
    }));
    const one = { ...members, labels: ['yes'], url: server.url };
    expectClose(await logitsOf(one, [['q'], ['t']]), [Math.log(3)]);
    expectClose(await logitsOf({ ...one, scores: 'logit' }, [['q'], ['t']]), [2.5]);
    const teacher = await loadTeacher(await describeEndpoint({ ...members, url: server.url }));
    expect(teacher).toMatchObject({ numOutputs: 3, classes: members.labels, precision: 'f32' });
    await teacher.release();
  });
});

describe('chat', () => {
  const chat = (url: string, more: object = {}) => ({ kind: 'chat', url, model: 'm', ...more });
  const margins = [-Math.log(49), -Math.log(2), Math.log(2), Math.log(49)];

  it('reads structured grades, each row in its place', async () => {
    const server = await serve(({ body }) => {
      const title = /<title>(.*)<\/title>/.exec(body.messages[1].content)![1];
      return { body: chatAnswer(JSON.stringify({ grade: ((title.length - 1) % 4) + 1 })) };
    });
    const got = await logitsOf(chat(server.url), [QUERIES, TITLES]);
    expectClose(
      got,
      TITLES.map((title) => margins[(title.length - 1) % 4]),
    );
    expect(server.received).toHaveLength(6);
    expect(server.received[0].body).toMatchObject({
      model: 'm',
      temperature: 0,
      seed: 1,
      max_tokens: 32,
      response_format: {
        type: 'json_schema',
        json_schema: {
          strict: true,
          schema: { properties: { grade: { type: 'integer', enum: [1, 2, 3, 4] } } },
        },
      },
    });
  });

  it('leaves out what an API does not take', async () => {
    const server = await serve(() => ({ body: chatAnswer('2') }));
    const members = {
      temperature: null,
      seed: null,
      answer: 'text',
      tokenLimitMember: 'max_completion_tokens',
      maxAnswerTokens: 500,
      extra: { reasoning_effort: 'low' },
    };
    expectClose(await logitsOf(chat(server.url, members), [['q'], ['t']]), [margins[1]]);
    expect(Object.keys(server.received[0].body).sort()).toEqual(
      ['max_completion_tokens', 'messages', 'model', 'reasoning_effort'].sort(),
    );
  });

  it('asks again when an answer has no grade, then the row has failed', async () => {
    const answers = ['no idea', '{"grade": 9}', 'Grade: 3'];
    const server = await serve((_, index) => ({ body: chatAnswer(answers[index] ?? 'no') }));
    expectClose(await logitsOf(chat(server.url), [['q'], ['t']]), [margins[2]]);
    expect(server.received).toHaveLength(3);
    await expect(logitsOf(chat(server.url), [['q'], ['t']])).rejects.toEqual(
      failing('ENDPOINT_FAILED', /1 of 1 rows got no answer.*row 0: got "no", expected one of/),
    );
    expect(server.received).toHaveLength(6);
  });

  it('reads log-probabilities as a distribution', async () => {
    const top = [
      ['4', 0.5],
      [' 3', 0.25],
      ['1', 0.05],
      ['x', 0.2],
    ].map(([token, share]) => ({
      token,
      logprob: Math.log(share as number),
      bytes: null,
    }));
    const server = await serve(() => ({
      body: {
        choices: [
          {
            message: { content: '4' },
            logprobs: { content: [{ token: '4', logprob: Math.log(0.5), top_logprobs: top }] },
          },
        ],
      },
    }));
    const got = await logitsOf(chat(server.url, { answer: 'logprobs' }), [['q'], ['t']]);
    // E = (0.05 * 1 + 0.25 * 3 + 0.5 * 4) / 0.8 = 3.5, u = 5/6.
    expectClose(got, [Math.log(5)]);
    expect(server.received[0].body).toMatchObject({
      logprobs: true,
      top_logprobs: 20,
      max_tokens: 4,
    });
    const without = await serve(() => ({ body: chatAnswer('4') }));
    await expect(
      logitsOf(chat(without.url, { answer: 'logprobs' }), [['q'], ['t']]),
    ).rejects.toEqual(failing('ENDPOINT_FAILED', /no logprobs; write "answer": "json"/));
  });
});
