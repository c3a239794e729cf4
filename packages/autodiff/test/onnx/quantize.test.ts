// int8 weights: what is lost is bounded, value by value, and a row's result does not depend on the rows beside it.
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Graph } from '../../src/graph/graph.js';
import { emitOnnx } from '../../src/onnx/emit.js';
import { PRODUCT_CODE, quantizeMatrix } from '../../src/onnx/quantize.js';
import { gather } from '../../src/ops/gather.js';
import { gelu } from '../../src/ops/gelu.js';
import { linear, matmul } from '../../src/ops/matmul.js';
import { reshape } from '../../src/ops/reshape.js';
import { slice } from '../../src/ops/slice.js';
import { OnnxSession } from '../../src/session/onnx-session.js';

const sessions: OnnxSession[] = [];

async function open(bytes: Uint8Array): Promise<OnnxSession> {
  const session = await OnnxSession.create(bytes);
  sessions.push(session);
  return session;
}

afterEach(async () => {
  for (const session of sessions.splice(0)) await session.release();
});

/** Values from -1 to 1 that look random and are the same at every run. */
function scatter(size: number, seed: number): Float32Array {
  return Float32Array.from({ length: size }, (_, index) =>
    Math.sin((index + 1) * (seed + 0.7) * 7),
  );
}

describe('quantizeMatrix', () => {
  const matrices = fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
    .chain(([R, C]) =>
      fc.record({
        shape: fc.constant([R, C] as [number, number]),
        values: fc
          .array(fc.float({ min: -100, max: 100, noNaN: true }), {
            minLength: R * C,
            maxLength: R * C,
          })
          .map((list) => Float32Array.from(list)),
        axis: fc.constantFrom(0 as const, 1 as const),
        largestCode: fc.constantFrom(64, 127),
      }),
    );

  it('gives every value back within half the scale of its channel', () => {
    fc.assert(
      fc.property(matrices, ({ values, shape, axis, largestCode }) => {
        const { codes, scales } = quantizeMatrix(values, shape, { axis, largestCode });
        expect(scales.length).toBe(shape[axis]);
        values.forEach((value, index) => {
          const channel = axis === 0 ? Math.floor(index / shape[1]) : index % shape[1];
          expect(Math.abs(codes[index])).toBeLessThanOrEqual(largestCode);
          // float32 rounding of the scale moves the limit by its own share; the least numbers have no scale at all.
          const limit = scales[channel] * (0.5 + largestCode * 2 ** -23) + 2 ** -149 * largestCode;
          expect(Math.abs(codes[index] * scales[channel] - value)).toBeLessThanOrEqual(limit);
        });
      }),
    );
  });

  it('gives each row or column a scale of its own, and zeros the scale 0', () => {
    const values = Float32Array.of(64, -32, 0, 0, 0.5, -1);
    const byRow = quantizeMatrix(values, [3, 2], { axis: 0, largestCode: 64 });
    expect([...byRow.scales]).toEqual([1, 0, 1 / 64]);
    expect([...byRow.codes]).toEqual([64, -32, 0, 0, 32, -64]);
    const byColumn = quantizeMatrix(values, [3, 2], { axis: 1, largestCode: 64 });
    expect([...byColumn.scales]).toEqual([1, 0.5]);
    expect([...byColumn.codes]).toEqual([64, -64, 0, 0, 1, -2]);
  });

  it('leaves pairs of products in the 16 bits that processors without VNNI have for them', () => {
    expect(255 * PRODUCT_CODE * 2).toBeLessThan(2 ** 15);
  });
});

const [M, C, O] = [5, 37, 11];

/** Both forms of one product: x [M, C] by weight -> [M, O]. */
function buildProduct(transposeWeight: boolean) {
  const graph = new Graph();
  const x = graph.input('x', ['M', C]);
  const weight = graph.parameter('weight', transposeWeight ? [O, C] : [C, O]);
  const bias = graph.parameter('bias', [O]);
  const outputs = {
    plain: matmul(x, weight, { transposeB: transposeWeight }),
    biased: linear(x, weight, bias, { transposeWeight }),
  };
  return { outputs, frozen: { weight: scatter(C * O, 2), bias: scatter(O, 3) } };
}

const emitInt8 = ({ outputs, frozen }: ReturnType<typeof buildProduct>): Uint8Array =>
  emitOnnx(outputs, { frozen, int8: ['weight'] });

describe('a product with an int8 weight', () => {
  it.each([true, false])(
    'is within its rounding of the exact one (transposed: %s)',
    async (transposed) => {
      const model = buildProduct(transposed);
      const { weight, bias } = model.frozen;
      const x = scatter(M * C, 1).map((value, index) => value * 10 ** (Math.floor(index / C) - 2));
      const session = await open(emitInt8(model));
      const { plain, biased } = await session.run({ x: { data: x, shape: [M, C] } });
      const at = (c: number, o: number) => weight[transposed ? o * C + c : c * O + o];
      for (let m = 0; m < M; m++) {
        const row = x.subarray(m * C, (m + 1) * C);
        const rowScale = Math.max(...row.map(Math.abs)) / 127;
        for (let o = 0; o < O; o++) {
          const column = Array.from(row, (_, c) => at(c, o));
          const scale = Math.max(...column.map(Math.abs)) / PRODUCT_CODE;
          let exact = 0;
          let bound = 0;
          row.forEach((value, c) => {
            exact += value * column[c];
            // (x + dx)(w + dw) - xw with |dx| and |dw| of half a scale.
            bound += (Math.abs(value) * scale + Math.abs(column[c]) * rowScale) / 2;
            bound += (scale * rowScale) / 4;
          });
          expect(Math.abs(plain.data[m * O + o] - exact)).toBeLessThan(bound);
          expect(biased.data[m * O + o]).toBeCloseTo(plain.data[m * O + o] + bias[o], 3);
        }
      }
    },
  );

  it.each(['none', 'tanh'] as const)(
    'rounds half as coarsely behind GELU (%s), whose values begin at -0.17',
    async (approximate) => {
      const graph = new Graph();
      const x = graph.input('x', ['M', C]);
      const weight = graph.parameter('weight', [O, C]);
      const rows = reshape(gelu(x, { approximate }), [-1, C]);
      const y = linear(rows, weight, undefined, { transposeWeight: true });
      // Whole codes of a scale of 1 / 64, so that the weights are exact and the rows alone are rounded.
      const frozen = { weight: scatter(O * C, 2).map((value) => Math.round(value * 64) / 64) };
      for (let o = 0; o < O; o++) frozen.weight[o * C] = 1;
      const feed = { x: { data: scatter(M * C, 4).map((value) => 4 * value), shape: [M, C] } };
      const int8 = await (await open(emitOnnx({ y }, { frozen, int8: ['weight'] }))).run(feed);
      const exact = await (await open(emitOnnx({ y, rows }, { frozen }))).run(feed);
      for (let m = 0; m < M; m++) {
        const row = exact.rows.data.subarray(m * C, (m + 1) * C);
        const rowScale = (Math.max(...row) + 0.1701) / 255;
        for (let o = 0; o < O; o++) {
          const sizes = frozen.weight.subarray(o * C, (o + 1) * C).map(Math.abs);
          const bound = (sizes.reduce((sum, size) => sum + size, 0) * rowScale) / 2 + 1e-4;
          const index = m * O + o;
          expect(Math.abs(int8.y.data[index] - exact.y.data[index])).toBeLessThan(bound);
        }
      }
    },
  );

  it('gives a row the same result alone and beside larger rows', async () => {
    const session = await open(emitInt8(buildProduct(true)));
    const rows = scatter(2 * C, 1).map((value, index) => (index < C ? value : 1000 * value));
    const both = await session.run({ x: { data: rows, shape: [2, C] } });
    const alone = await session.run({ x: { data: rows.slice(0, C), shape: [1, C] } });
    expect([...both.biased.data.slice(0, O)]).toEqual([...alone.biased.data]);
  });

  it('gives a row of zeros the bias', async () => {
    const model = buildProduct(true);
    const session = await open(emitInt8(model));
    const { biased } = await session.run({ x: { data: new Float32Array(C), shape: [1, C] } });
    expect([...biased.data]).toEqual([...model.frozen.bias]);
  });

  it('is exact at the largest codes of all', async () => {
    const graph = new Graph();
    const x = graph.input('x', ['M', 64]);
    const weight = graph.parameter('weight', [2, 64]);
    const outputs = { y: linear(x, weight, undefined, { transposeWeight: true }) };
    const frozen = { weight: Float32Array.from({ length: 128 }, (_, i) => (i < 64 ? 1 : -1)) };
    const session = await open(emitOnnx(outputs, { frozen, int8: ['weight'] }));
    const ones = { data: new Float32Array(64).fill(1), shape: [1, 64] };
    const { y } = await session.run({ x: ones });
    // Were sums of two products cut to 16 bits, they would be 32767 / (255 * 127 * 2) of this at most.
    expect(y.data[0]).toBeCloseTo(64, 4);
    expect(y.data[1]).toBeCloseTo(-64, 4);
  });

  it('is written in standard operators, with equal bytes for equal values', () => {
    const once = Buffer.from(
      emitOnnx(buildProduct(true).outputs, { ...portable(), int8: ['weight'] }),
    );
    expect(
      once.equals(emitOnnx(buildProduct(true).outputs, { ...portable(), int8: ['weight'] })),
    ).toBe(true);
    expect(once.includes('com.microsoft')).toBe(false);
    expect(once.includes('weight_quantized')).toBe(true);
    const asFloats = emitOnnx(buildProduct(true).outputs, portable());
    // A byte for four of each weight, less the nodes that are more.
    expect(asFloats.length - once.length).toBeGreaterThan(0);
    expect(Buffer.from(asFloats).includes('weight_quantized')).toBe(false);
  });
});

const portable = () => ({ frozen: buildProduct(true).frozen, portable: true });

describe('a table of int8 rows', () => {
  const [V, D] = [6, 9];
  const table = scatter(V * D, 5).map((value, index) =>
    index < D ? 0 : value * 10 ** (Math.floor(index / D) - 3),
  );

  it('gives each row back within half its own scale, and zeros as zeros', async () => {
    const graph = new Graph();
    const ids = graph.input('ids', ['B', 'S'], 'int32');
    const rows = gather(graph.parameter('table', [V, D]), ids);
    const session = await open(emitOnnx({ rows }, { frozen: { table }, int8: ['table'] }));
    const data = Int32Array.of(5, 0, 3, 3, 1, 2);
    const result = await session.run({ ids: { data, shape: [3, 2] } });
    expect(result.rows.shape).toEqual([3, 2, D]);
    data.forEach((id, place) => {
      const row = table.subarray(id * D, (id + 1) * D);
      const scale = Math.max(...row.map(Math.abs)) / 127;
      row.forEach((value, d) => {
        const got = result.rows.data[place * D + d];
        expect(Math.abs(got - value)).toBeLessThanOrEqual(scale * 0.5001);
      });
    });
  });

  it('serves a product over its rows too', async () => {
    const graph = new Graph();
    const ids = graph.input('ids', ['B'], 'int32');
    const parameter = graph.parameter('table', [V, D]);
    const scores = linear(gather(parameter, ids), parameter, undefined, { transposeWeight: true });
    const session = await open(emitOnnx({ scores }, { frozen: { table }, int8: ['table'] }));
    const result = await session.run({ ids: { data: Int32Array.of(4), shape: [1] } });
    const exact = Array.from({ length: V }, (_, row) =>
      table
        .subarray(row * D, (row + 1) * D)
        .reduce((sum, value, d) => sum + value * table[4 * D + d], 0),
    );
    const size = Math.max(...exact.map(Math.abs));
    exact.forEach((score, row) => {
      expect(Math.abs(result.scores.data[row] - score)).toBeLessThan(size / 50);
    });
  });
});

describe('int8 is refused', () => {
  const graph = new Graph();
  const ids = graph.input('ids', ['B'], 'int32');
  const table = graph.parameter('table', [4, 2]);
  const frozen = { table: new Float32Array(8) };

  it('for a name that is not frozen into the model', () => {
    const outputs = { rows: gather(table, ids) };
    expect(() => emitOnnx(outputs, { frozen, int8: ['tabel'] })).toThrowError(
      /int8 parameter 'tabel'/,
    );
    expect(() => emitOnnx(outputs, { int8: ['table'] })).toThrowError(/not among the frozen/);
  });

  it('where an operation needs the floats', () => {
    const outputs = {
      rows: gather(table, ids),
      first: slice(table, { axis: 0, start: 0, end: 1 }),
    };
    expect(() => emitOnnx(outputs, { frozen, int8: ['table'] })).toThrowError(
      /int8 parameter 'table' \[4, 2\]: read by gather, slice/,
    );
    const across = { y: matmul(gather(table, ids), table, { transposeB: true, scale: 0.5 }) };
    expect(() => emitOnnx(across, { frozen, int8: ['table'] })).toThrowError(/gather, matmul/);
    const columns = { y: matmul(graph.input('x', ['M', 4]), table), rows: gather(table, ids) };
    expect(() => emitOnnx(columns, { frozen, int8: ['table'] })).toThrowError(/along one axis/);
  });
});
