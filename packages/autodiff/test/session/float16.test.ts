// Outputs in half precision: every value of binary16 against a naive reading of its bits, and a model that gives them.
import { describe, expect, it } from 'vitest';
import { int } from '../../src/onnx/builder.js';
import { encodeModel, TENSOR_TYPE } from '../../src/onnx/model.js';
import { decodeFloat16 } from '../../src/session/float16.js';
import { OnnxSession } from '../../src/session/onnx-session.js';

/** The bits as text, read digit by digit. */
function readNaively(half: number): number {
  const bits = half.toString(2).padStart(16, '0');
  const sign = bits[0] === '1' ? -1 : 1;
  const exponent = Number.parseInt(bits.slice(1, 6), 2);
  const mantissa = Number.parseInt(bits.slice(6), 2);
  if (exponent === 31) return mantissa === 0 ? sign / 0 : Number.NaN;
  return exponent === 0
    ? (sign * mantissa) / 2 ** 24
    : sign * (1024 + mantissa) * 2 ** (exponent - 25);
}

describe('float16', () => {
  it('has the value of each of its 65,536 patterns', () => {
    const decoded = decodeFloat16(Uint16Array.from({ length: 65_536 }, (_, half) => half));
    const wrong = [...decoded.keys()].filter(
      (half) => !Object.is(decoded[half], readNaively(half)),
    );
    expect(wrong).toEqual([]);
    // From the table of IEEE 754: one, the largest, the smallest subnormal.
    expect([decoded[0x3c00], decoded[0x7bff], decoded[1]]).toEqual([1, 65_504, 2 ** -24]);
  });

  it('comes out of a model as float32', async () => {
    const bytes = encodeModel({
      inputs: [{ name: 'x', shape: ['B'], dtype: 'float32' }],
      outputs: [{ name: 'y', shape: ['B'], dtype: 'float16' }],
      nodes: [
        {
          opType: 'Cast',
          domain: '',
          inputs: ['x'],
          outputs: ['y'],
          attributes: { to: int(TENSOR_TYPE.float16) },
        },
      ],
      initializers: [],
      metadata: {},
    });
    const session = await OnnxSession.create(bytes);
    const { y } = await session.run({
      x: { data: Float32Array.of(0.1, -3, 1e-7, 1e6), shape: [4] },
    });
    await session.release();
    // 0.1 is 1638 / 2^14 in half precision, 1e-7 two units of 2^-24, 1e6 beyond its range.
    expect([...y.data]).toEqual([1638 / 2 ** 14, -3, 2 ** -23, Number.POSITIVE_INFINITY]);
  });
});
