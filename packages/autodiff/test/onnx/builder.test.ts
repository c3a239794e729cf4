// Models that are written node by node: texts, tables of them and float64, which graphs have no tensors of.
import { describe, expect, it } from 'vitest';
import { float, int, ints, OnnxBuilder, text, texts } from '../../src/onnx/builder.js';
import { encodeModel, type OnnxValueInfo } from '../../src/onnx/model.js';
import { OnnxSession } from '../../src/session/onnx-session.js';

function encode(builder: OnnxBuilder, outputs: readonly OnnxValueInfo[]): Uint8Array {
  const { nodes, initializers } = builder;
  return encodeModel({ nodes, initializers, inputs: [], outputs, metadata: {} });
}

describe('OnnxBuilder', () => {
  it('writes texts, look-ups and float64 as ONNX Runtime reads them', async () => {
    const builder = new OnnxBuilder([], { portable: true });
    const [parts] = builder.node(
      'StringSplit',
      [builder.texts(['b ü', 'a x'])],
      { delimiter: text(' ') },
      2,
    );
    const ids = builder.mlNode('LabelEncoder', [parts], {
      keys_strings: texts(['a', 'b', 'ü']),
      values_int64s: ints([10, 20, 30]),
      default_int64: int(-1),
    });
    builder.output(builder.cast(ids, 'float32'), 'ids');
    // 1 + 2^-30 is 1 in float32.
    const fine = builder.constant([1 + 2 ** -30, -1], [2], 'float64');
    const zero = builder.constant([0], [], 'int64');
    const [sum] = builder.node('CumSum', [fine, zero]);
    builder.output(builder.cast(sum, 'float32'), 'sums');
    const [leaky] = builder.node('LeakyRelu', [builder.scalar(-1)], { alpha: float(0.25) });
    builder.output(leaky, 'leaky');
    const session = await OnnxSession.create(
      encode(builder, [
        { name: 'ids', shape: [2, 2], dtype: 'float32' },
        { name: 'sums', shape: [2], dtype: 'float32' },
        { name: 'leaky', shape: [], dtype: 'float32' },
      ]),
    );
    const { ids: found, sums, leaky: scaled } = await session.run({});
    expect([...found.data]).toEqual([20, 30, 10, -1]);
    expect([...sums.data]).toEqual([1, 2 ** -30]);
    expect([...scaled.data]).toEqual([-0.25]);
    await session.release();
  });

  it('makes equal constants and nodes once', () => {
    const builder = new OnnxBuilder([], { portable: true });
    expect(builder.texts(['a', 'b'])).toBe(builder.texts(['a', 'b']));
    expect(builder.texts(['a', 'b'], [2, 1])).not.toBe(builder.texts(['a', 'b']));
    expect(builder.texts(['a,b'])).not.toBe(builder.texts(['a', 'b']));
    const keys = { keys_strings: texts(['a']), values_int64s: ints([1]) };
    const value = builder.texts(['a']);
    expect(builder.mlNode('LabelEncoder', [value], keys)).toBe(
      builder.mlNode('LabelEncoder', [value], keys),
    );
    expect(builder.initializers).toHaveLength(4);
    expect(builder.nodes).toHaveLength(1);
  });
});
