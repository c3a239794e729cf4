import { afterEach, describe, expect, it } from 'vitest';
import { AutodiffError, type AutodiffErrorCode } from '../../src/errors.js';
import type { Feed } from '../../src/graph/feeds.js';
import { Graph } from '../../src/graph/graph.js';
import { emitOnnx } from '../../src/onnx/emit.js';
import { add, mul } from '../../src/ops/arithmetic.js';
import { dropout } from '../../src/ops/dropout.js';
import { gather } from '../../src/ops/gather.js';
import { linear } from '../../src/ops/matmul.js';
import { cast } from '../../src/ops/select.js';
import { evaluateReference } from '../../src/reference/evaluate.js';
import { OnnxSession } from '../../src/session/onnx-session.js';
import { Session } from '../../src/session/session.js';

const open: { release(): Promise<void> }[] = [];

function keep<S extends { release(): Promise<void> }>(session: S): S {
  open.push(session);
  return session;
}

afterEach(async () => {
  for (const session of open.splice(0)) await session.release();
});

/** out [B, 2] = (x [B, 3] + y [B, 3]) weight [3, 2], plus rows of a table. */
function buildModel() {
  const graph = new Graph();
  const x = graph.input('x', ['B', 3]);
  const y = graph.input('y', ['B', 3]);
  const ids = graph.input('ids', ['B'], 'int32');
  const weight = graph.parameter('weight', [3, 2]);
  const table = graph.parameter('table', [4, 2]);
  return { out: add(linear(add(x, y), weight), gather(table, ids)) };
}

const FEEDS = {
  x: { data: Float32Array.of(1, 2, 3), shape: [1, 3] },
  y: { data: Float32Array.of(0, 1, 0), shape: [1, 3] },
  ids: { data: Int32Array.of(2), shape: [1] },
  weight: { data: Float32Array.of(1, 0, 0, 1, 1, 1), shape: [3, 2] },
  table: { data: Float32Array.of(0, 0, 0, 0, 10, 20, 0, 0), shape: [4, 2] },
} satisfies Record<string, Feed>;
// (1, 3, 3) W = (1 + 3, 3 + 3); plus (10, 20).
const OUT = [14, 26];

describe('Session', () => {
  it('runs on arrays that the caller owns, and sees changes to them', async () => {
    const session = keep(await Session.create(buildModel()));
    expect(await session.run(FEEDS)).toEqual({
      out: { data: Float32Array.from(OUT), shape: [1, 2] },
    });
    const table = FEEDS.table.data.slice();
    const feeds = { ...FEEDS, table: { data: table, shape: [4, 2] } };
    table[4] = 11;
    expect([...(await session.run(feeds)).out.data]).toEqual([15, 26]);
  });

  it('runs any batch size, and frozen parameters need no feed', async () => {
    const { weight, table, ...inputs } = FEEDS;
    const frozen = { weight: weight.data, table: table.data };
    const session = keep(await Session.create(buildModel(), { frozen, threads: 2 }));
    expect([...(await session.run(inputs)).out.data]).toEqual(OUT);
    const twice = {
      x: { data: new Float32Array(6), shape: [2, 3] },
      y: { data: new Float32Array(6), shape: [2, 3] },
      ids: { data: Int32Array.of(2, 0), shape: [2] },
    };
    expect(await session.run(twice)).toEqual({
      out: { data: Float32Array.of(10, 20, 0, 0), shape: [2, 2] },
    });
  });

  const shared = new Float32Array(new SharedArrayBuffer(12));
  const bad: [string, AutodiffErrorCode, RegExp, Record<string, Feed | undefined>][] = [
    [
      'a missing input',
      'FEED_MISSING',
      /'x' was not fed, expected float32 \[B, 3\]/,
      { x: undefined },
    ],
    ['a missing parameter', 'FEED_MISSING', /'weight' was not fed/, { weight: undefined }],
    ['an unknown name', 'FEED_UNKNOWN', /'z' is no input, expected 'x', 'y'/, { z: FEEDS.x }],
    [
      'a wrong rank',
      'FEED_SHAPE',
      /'x': got shape \[3\], expected \[B, 3\]/,
      { x: { data: FEEDS.x.data, shape: [3] } },
    ],
    [
      'a wrong size',
      'FEED_SHAPE',
      /'weight': got shape \[2, 3\], expected \[3, 2\]/,
      { weight: { data: FEEDS.weight.data, shape: [2, 3] } },
    ],
    [
      'two values of one symbol',
      'FEED_SHAPE',
      /'y': got shape \[2, 3\] where B is already 1/,
      { y: { data: new Float32Array(6), shape: [2, 3] } },
    ],
    [
      'a wrong length',
      'FEED_SHAPE',
      /'x': got 2 values with shape \[1, 3\]/,
      { x: { data: new Float32Array(2), shape: [1, 3] } },
    ],
    [
      'a wrong type',
      'FEED_DTYPE',
      /'ids': got Float32Array, expected Int32Array for int32/,
      { ids: { data: new Float32Array(1), shape: [1] } },
    ],
    [
      'shared memory',
      'FEED_DTYPE',
      /'x': got a view of shared memory/,
      { x: { data: shared, shape: [1, 3] } },
    ],
    [
      'an id outside the table',
      'RUN_FAILED',
      /indices/,
      { ids: { data: Int32Array.of(4), shape: [1] } },
    ],
  ];

  it.each(bad)('refuses %s', async (_, code, message, change) => {
    const session = keep(await Session.create(buildModel()));
    const feeds = Object.fromEntries(
      Object.entries({ ...FEEDS, ...change }).filter(([, feed]) => feed !== undefined),
    ) as Record<string, Feed>;
    const error = await session.run(feeds).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AutodiffError);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).toMatch(message);
  });

  it('refuses integer outputs and runs after release', async () => {
    const graph = new Graph();
    const x = graph.input('x', [1]);
    await expect(Session.create({ ids: cast(x, 'int32') })).rejects.toMatchObject({
      code: 'DTYPE_MISMATCH',
    });
    const session = await Session.create({ y: mul(x, 2) });
    await session.release();
    await session.release();
    await expect(session.run({})).rejects.toMatchObject({ code: 'RELEASED' });
  });
});

describe('dropout in a session', () => {
  function buildDropout() {
    const graph = new Graph();
    const x = graph.input('x', ['B', 50]);
    return { y: dropout(x, { rate: 0.25, name: 'hidden' }) };
  }
  const feeds = { x: { data: new Float32Array(200).fill(3), shape: [4, 50] } };

  it('is the identity outside training', async () => {
    const session = keep(await Session.create(buildDropout()));
    expect((await session.run(feeds)).y.data).toEqual(feeds.x.data);
    expect(evaluateReference([buildDropout().y], feeds)[0].data).toEqual(
      Float64Array.from(feeds.x.data),
    );
  });

  it('draws the masks of the reference from seed and step', async () => {
    const session = keep(await Session.create(buildDropout(), { training: true }));
    const run = async (seed: number, step: number) =>
      (await session.run(feeds, { masks: { seed, step } })).y.data;
    const first = await run(1, 1);
    expect(await run(1, 1)).toEqual(first);
    expect(await run(1, 2)).not.toEqual(first);
    expect(await run(2, 1)).not.toEqual(first);
    const [expected] = evaluateReference([buildDropout().y], feeds, {
      training: { seed: 1, step: 1 },
    });
    expect(first).toEqual(Float32Array.from(expected.data));
    // Kept elements are scaled by 1 / (1 - 0.25); others are 0.
    expect(new Set(first)).toEqual(new Set([0, 4]));
  });

  it('takes a fed mask in the reference, and asks for a seed in a session', async () => {
    const mask = { data: new Uint8Array(200).fill(1), shape: [4, 50] };
    const options = { training: { seed: 1, step: 1 } };
    const [all] = evaluateReference(
      [buildDropout().y],
      { ...feeds, 'dropout:hidden': mask },
      options,
    );
    expect(new Set(all.data)).toEqual(new Set([4]));
    const session = keep(await Session.create(buildDropout(), { training: true }));
    await expect(session.run(feeds)).rejects.toThrowError(/'dropout:hidden': no seed and step/);
  });
});

describe('OnnxSession', () => {
  it('describes and runs a model from bytes, for the outputs named', async () => {
    const graph = new Graph();
    const x = graph.input('x', ['B', 2]);
    const bytes = emitOnnx({ double: mul(x, 2), triple: mul(x, 3) });
    const session = keep(await OnnxSession.create(bytes));
    expect(session.inputs).toEqual([{ name: 'x', type: 'float32', shape: ['B', 2] }]);
    expect(session.outputNames).toEqual(['double', 'triple']);
    const feeds = { x: { data: Float32Array.of(1, 2), shape: [1, 2] } };
    expect(await session.run(feeds, ['triple'])).toEqual({
      triple: { data: Float32Array.of(3, 6), shape: [1, 2] },
    });
    await expect(session.run(feeds, ['half'])).rejects.toThrowError(/'half' is no output/);
    await expect(session.run({})).rejects.toMatchObject({ code: 'FEED_MISSING' });
    await expect(
      session.run({ x: { data: Int32Array.of(1, 2), shape: [1, 2] } }),
    ).rejects.toMatchObject({ code: 'FEED_DTYPE' });
    await expect(
      session.run({ x: { data: Float32Array.of(1, 2, 3), shape: [1, 3] } }),
    ).rejects.toMatchObject({ code: 'FEED_SHAPE' });
  });

  it('returns integer outputs as float32', async () => {
    const graph = new Graph();
    const x = graph.input('x', [3]);
    const session = keep(await OnnxSession.create(emitOnnx({ ids: cast(x, 'int64') })));
    const { ids } = await session.run({ x: { data: Float32Array.of(1.5, -2.5, 3), shape: [3] } });
    expect(ids.data).toEqual(Float32Array.of(1, -2, 3));
  });

  it('refuses what is no model, naming the file', async () => {
    await expect(OnnxSession.create(new Uint8Array([1, 2, 3]))).rejects.toMatchObject({
      code: 'MODEL_INVALID',
    });
    await expect(OnnxSession.create('no/such/model.onnx')).rejects.toThrowError(
      /no\/such\/model\.onnx/,
    );
  });
});
