// The ONNX file: deterministic, minimal, and what its options promise. It is judged by running it.
import { afterEach, describe, expect, it } from 'vitest';
import { gradients } from '../../src/gradients.js';
import type { Dim } from '../../src/graph/dimension.js';
import { Graph } from '../../src/graph/graph.js';
import { type EmitOptions, emitOnnx } from '../../src/onnx/emit.js';
import { add, mul } from '../../src/ops/arithmetic.js';
import { exp, relu } from '../../src/ops/elementwise.js';
import { gather } from '../../src/ops/gather.js';
import { linear, matmul } from '../../src/ops/matmul.js';
import { reduceMean } from '../../src/ops/reduce.js';
import { reduceSum } from '../../src/ops/sum.js';
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

/** Token ids -> mean of their rows -> one linear layer. */
function buildModel(batch: Dim = 'B') {
  const graph = new Graph();
  const ids = graph.input('input_ids', [batch, 3], 'int32');
  const table = graph.parameter('table', [5, 2]);
  const weight = graph.parameter('weight', [2, 2]);
  const bias = graph.parameter('bias', [2]);
  const rows = gather(table, ids);
  const logits = linear(reduceMean(rows, { axes: [1] }), weight, bias);
  return { graph, ids, table, logits, outputs: { logits } };
}

const PARAMETERS = {
  table: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
  weight: Float32Array.of(1, -1, 0.5, 2),
  bias: Float32Array.of(0.25, -0.25),
};
// Row 0: ids 0, 1, 2: mean (3, 4); 3*1 + 4*0.5 + 0.25 = 5.25 and -3 + 8 - 0.25 = 4.75.
// Row 1: ids 4, 4, 4: (9, 10): 9 + 5 + 0.25 = 14.25 and -9 + 20 - 0.25 = 10.75.
const IDS = Int32Array.of(0, 1, 2, 4, 4, 4);
const LOGITS = [5.25, 4.75, 14.25, 10.75];

describe('emitOnnx', () => {
  it('gives the same bytes for the same graph', () => {
    const options: EmitOptions = { frozen: PARAMETERS, metadata: { b: '2', a: '1' } };
    const once = emitOnnx(buildModel().outputs, options);
    const again = emitOnnx(buildModel().outputs, { ...options, metadata: { a: '1', b: '2' } });
    expect(Buffer.from(once).equals(Buffer.from(again))).toBe(true);
  });

  it('writes frozen parameters into the file and int64 inputs as Hugging Face has them', async () => {
    const bytes = emitOnnx(buildModel().outputs, { frozen: PARAMETERS, castInputsToInt64: true });
    const session = await open(bytes);
    expect(session.inputs).toEqual([{ name: 'input_ids', type: 'int64', shape: ['B', 3] }]);
    expect(session.outputs).toEqual([{ name: 'logits', type: 'float32', shape: ['B', 2] }]);
    const wide = await session.run({
      input_ids: { data: BigInt64Array.from(IDS, BigInt), shape: [2, 3] },
    });
    expect([...wide.logits.data]).toEqual(LOGITS);
    const narrow = await session.run({ input_ids: { data: IDS, shape: [2, 3] } });
    expect([...narrow.logits.data]).toEqual(LOGITS);
  });

  it('keeps other parameters as inputs, in order of creation', async () => {
    const session = await open(
      emitOnnx(buildModel().outputs, { frozen: { weight: PARAMETERS.weight } }),
    );
    expect(session.inputNames).toEqual(['input_ids', 'table', 'bias']);
  });

  it('writes metadata', () => {
    const bytes = emitOnnx(buildModel().outputs, { metadata: { task: 'graded', range: '1:3' } });
    // metadata_props is field 14: 0x72, size, key (field 1), value (field 2).
    const entry = Buffer.concat([
      Buffer.from([0x72, 14, 0x0a, 4]),
      Buffer.from('task'),
      Buffer.from([0x12, 6]),
      Buffer.from('graded'),
    ]);
    expect(Buffer.from(bytes).includes(entry)).toBe(true);
  });

  it('writes nothing that no output needs, and equal work once', () => {
    const graph = new Graph();
    const x = graph.input('x', [2]);
    const once = emitOnnx({ y: add(exp(x), exp(x)) });
    mul(relu(x), 3);
    const text = Buffer.from(once).toString('latin1');
    expect(text.match(/Exp#/g)?.length).toBe(4); // its output, its name, and read twice by Add
    expect(text).not.toContain('Relu');
  });

  it('gives the same results with standard operators only', async () => {
    const graph = new Graph();
    const a = graph.input('a', ['B', 2, 3]);
    const b = graph.input('b', ['B', 2, 3]);
    const outputs = {
      ab: matmul(a, b, { transposeB: true, scale: 0.5 }),
      ba: matmul(a, b, { transposeA: true }),
    };
    const fused = emitOnnx(outputs);
    const portable = emitOnnx(outputs, { portable: true });
    expect(Buffer.from(fused).includes('com.microsoft')).toBe(true);
    expect(Buffer.from(portable).includes('com.microsoft')).toBe(false);
    const feed = { data: Float32Array.from({ length: 12 }, (_, i) => i - 5), shape: [2, 2, 3] };
    const results = await Promise.all(
      [fused, portable].map(async (bytes) => (await open(bytes)).run({ a: feed, b: feed })),
    );
    expect(results[1]).toEqual(results[0]);
  });

  it('names one tensor twice, and an input, through nodes of their own', async () => {
    const graph = new Graph();
    const x = graph.input('x', [2]);
    const y = mul(x, 2);
    const session = await open(emitOnnx({ first: y, second: y, same: x, two: graph.constant(2) }));
    const results = await session.run({ x: { data: Float32Array.of(1, 2), shape: [2] } });
    expect([...results.first.data, ...results.second.data, ...results.same.data]).toEqual([
      2, 4, 2, 4, 1, 2,
    ]);
    expect([...results.two.data]).toEqual([2]);
  });

  it('reads a size from an input whose values are not needed', async () => {
    const graph = new Graph();
    const x = graph.input('x', ['B', 'S']);
    const [dX] = gradients(reduceMean(x), [x]);
    const session = await open(emitOnnx({ dX }));
    expect(session.inputNames).toEqual(['x']);
    const result = await session.run({ x: { data: new Float32Array(8), shape: [2, 4] } });
    expect(result.dX).toEqual({ data: new Float32Array(8).fill(1 / 8), shape: [2, 4] });
  });

  it('refuses an output with the name of an input and frozen arrays that do not fit', () => {
    const { graph } = buildModel();
    const x = graph.input('x', [1]);
    expect(() => emitOnnx({ x: exp(x) })).toThrowError(/output 'x': an input has the same name/);
    expect(() =>
      emitOnnx(buildModel().outputs, { frozen: { bias: new Float32Array(3) } }),
    ).toThrowError(/frozen parameter 'bias': got 3 values, expected \[2\]/);
  });

  it('refuses a size that nothing can tell', () => {
    const graph = new Graph();
    const ones = graph.constant([1]);
    const x = graph.input('x', ['2*N']);
    expect(() => emitOnnx({ d: gradients(reduceSum(mul(x, ones)), [x])[0] })).toThrowError(
      expect.objectContaining({ code: 'SYMBOL_UNBOUND' }),
    );
  });
});
