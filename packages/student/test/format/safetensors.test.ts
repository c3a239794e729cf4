import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StudentError } from '../../src/errors.js';
import {
  DATA_TYPE_SIZES,
  type SafetensorsDataType,
  toFloat32,
} from '../../src/format/data-types.js';
import { readSafetensors } from '../../src/format/safetensors-reader.js';
import { writeSafetensors } from '../../src/format/safetensors-writer.js';
import { refusal } from '../refusal.js';

/** A file of a header text and data bytes. */
function fileOf(header: string, dataLength: number, headerLength?: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength ?? text.length), true);
  bytes.set(text, 8);
  return bytes;
}

describe('readSafetensors', () => {
  it('reads a file that is made by hand, byte by byte', () => {
    const header =
      '{"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"__metadata__":{"k":"v"}} ';
    const bytes = fileOf(header, 8);
    // 1.5 and -2 in little-endian float32.
    bytes.set([0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0], 8 + header.length);
    const { tensors, metadata } = readSafetensors(bytes);
    expect(metadata).toEqual({ k: 'v' });
    expect([...tensors.keys()]).toEqual(['a']);
    expect([...toFloat32(tensors.get('a')!)]).toEqual([1.5, -2]);
    expect(tensors.get('a')!.data.buffer).toBe(bytes.buffer);
  });

  const one = (members: string): string => `{"a":{${members}}}`;
  it.each<[string, string, number, string]>([
    ['', '{}', 1, 'SAFETENSORS_HOLE data: got 1 bytes, but the tensors end at 0'],
    ['text', 'x', 0, 'SAFETENSORS_HEADER_JSON'],
    ['a list', '[]', 0, 'SAFETENSORS_HEADER_JSON'],
    [
      'a leading space',
      ' {}',
      0,
      'SAFETENSORS_HEADER_JSON header: expected a JSON object that begins with "{"',
    ],
    [
      'a name twice',
      '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0061":{}}',
      0,
      'SAFETENSORS_DUPLICATE_NAME header: "a"',
    ],
    [
      'a member twice',
      one('"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]'),
      0,
      'SAFETENSORS_DUPLICATE_NAME header: "dtype"',
    ],
    ['metadata of numbers', '{"__metadata__":{"a":1}}', 0, 'SAFETENSORS_METADATA'],
    [
      'a missing member',
      one('"dtype":"U8","shape":[0]'),
      0,
      'SAFETENSORS_ENTRY tensor a: got dtype, shape',
    ],
    [
      'an unknown member',
      one('"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":1'),
      0,
      'SAFETENSORS_ENTRY',
    ],
    ['an entry of null', '{"a":null}', 0, 'SAFETENSORS_ENTRY'],
    [
      'an unknown type',
      one('"dtype":"F12","shape":[0],"data_offsets":[0,0]'),
      0,
      'SAFETENSORS_DTYPE tensor a: got data type "F12"',
    ],
    [
      'an inherited type',
      one('"dtype":"toString","shape":[0],"data_offsets":[0,0]'),
      0,
      'SAFETENSORS_DTYPE',
    ],
    [
      'a negative shape',
      one('"dtype":"U8","shape":[-1],"data_offsets":[0,0]'),
      0,
      'SAFETENSORS_SHAPE',
    ],
    [
      'a huge shape',
      one('"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]'),
      0,
      'SAFETENSORS_SHAPE',
    ],
    [
      'three offsets',
      one('"dtype":"U8","shape":[0],"data_offsets":[0,0,0]'),
      0,
      'SAFETENSORS_OFFSETS',
    ],
    [
      'offsets backwards',
      one('"dtype":"U8","shape":[0],"data_offsets":[1,0]'),
      1,
      'SAFETENSORS_OFFSETS',
    ],
    [
      'a wrong size',
      one('"dtype":"F32","shape":[2],"data_offsets":[0,4]'),
      4,
      'SAFETENSORS_SIZE tensor a: got 4 bytes, expected 8 for F32 [2]',
    ],
    [
      'an end after the data',
      one('"dtype":"U8","shape":[9],"data_offsets":[0,9]'),
      8,
      'SAFETENSORS_BOUNDS',
    ],
    ['a hole before', one('"dtype":"U8","shape":[1],"data_offsets":[1,2]'), 2, 'SAFETENSORS_HOLE'],
    ['a hole after', one('"dtype":"U8","shape":[1],"data_offsets":[0,1]'), 2, 'SAFETENSORS_HOLE'],
    [
      'an overlap',
      '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}',
      3,
      'SAFETENSORS_OVERLAP tensor b',
    ],
  ])('refuses %s', (_, header, dataLength, message) => {
    expect(refusal(() => readSafetensors(fileOf(header, dataLength)))).toContain(message);
  });

  it('refuses lengths that the file does not have', () => {
    expect(refusal(() => readSafetensors(new Uint8Array(7)))).toContain('SAFETENSORS_TRUNCATED');
    expect(refusal(() => readSafetensors(fileOf('{}', 0, 3)))).toContain(
      'SAFETENSORS_HEADER_LENGTH',
    );
    const huge = fileOf('{}', 0).fill(0xff, 0, 8);
    expect(refusal(() => readSafetensors(huge))).toContain('got a length of 18446744073709551615');
    const notText = fileOf('{"a":1}', 0);
    notText[10] = 0xff;
    expect(refusal(() => readSafetensors(notText))).toContain('SAFETENSORS_HEADER_JSON');
  });
});

describe('writeSafetensors', () => {
  const names = fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 6 }), { maxLength: 6 });

  it('is read back as it was, aligned, in the same bytes whatever the order', () => {
    const types = fc.constantFrom<SafetensorsDataType[]>(
      ...(Object.keys(DATA_TYPE_SIZES) as SafetensorsDataType[]),
    );
    fc.assert(
      fc.property(names, fc.infiniteStream(types), fc.array(fc.nat(3)), (list, dtypes, shape) => {
        const tensors = list
          .filter((name) => name !== '__metadata__' && name !== '__proto__')
          .map((name, index) => {
            const dtype: SafetensorsDataType = dtypes.next().value!;
            const length = shape.reduce((product, size) => product * size, DATA_TYPE_SIZES[dtype]);
            return [name, { dtype, shape, data: new Uint8Array(length).fill(index + 1) }] as const;
          });
        const bytes = writeSafetensors(Object.fromEntries(tensors), { b: '1', a: '2' });
        const reversed = writeSafetensors(Object.fromEntries([...tensors].reverse()), {
          a: '2',
          b: '1',
        });
        expect(reversed).toEqual(bytes);
        const { tensors: read } = readSafetensors(bytes);
        expect(read.size).toBe(tensors.length);
        for (const [name, { dtype, shape: expected, data }] of tensors) {
          const tensor = read.get(name)!;
          expect([tensor.dtype, tensor.shape, tensor.data]).toEqual([dtype, expected, data]);
          expect(tensor.data.byteOffset % DATA_TYPE_SIZES[dtype]).toBe(0);
        }
      }),
      { seed: 12, numRuns: 100 },
    );
  });

  it('refuses data that do not fit the shape', () => {
    const tensor = { dtype: 'F32', shape: [2], data: new Float32Array(3) } as const;
    expect(refusal(() => writeSafetensors({ a: tensor }))).toContain('got 12 bytes, expected 8');
  });
});

describe('toFloat32', () => {
  // Bit patterns: IEEE 754 binary16 and the upper half of binary32.
  it('decodes F16, BF16, F64 and data at odd addresses', () => {
    const decode = (dtype: 'F16' | 'BF16', halves: number[]): number[] => {
      const odd = new Uint8Array(halves.length * 2 + 1);
      odd.set(new Uint8Array(Uint16Array.from(halves).buffer), 1);
      return [...toFloat32({ dtype, shape: [halves.length], data: odd.subarray(1) })];
    };
    const halves = [0x3c00, 0xc000, 0x7bff, 0x0001, 0x8001, 0x03ff, 0x7c00, 0xfc00, 0x0400, 0x7e00];
    expect(decode('F16', halves)).toEqual([
      1,
      -2,
      65504,
      2 ** -24,
      -(2 ** -24),
      1023 * 2 ** -24,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      2 ** -14,
      Number.NaN,
    ]);
    expect(Object.is(decode('F16', [0x8000])[0], -0)).toBe(true);
    expect(decode('BF16', [0x3f80, 0xc000, 0x7f80, 0x3fc0])).toEqual([
      1,
      -2,
      Number.POSITIVE_INFINITY,
      1.5,
    ]);
    const doubles = new Uint8Array(Float64Array.of(0.5, -3).buffer);
    expect([...toFloat32({ dtype: 'F64', shape: [2], data: doubles })]).toEqual([0.5, -3]);
    const integers = { dtype: 'I32' as const, shape: [1], data: new Uint8Array(4) };
    expect(refusal(() => toFloat32(integers))).toContain('SAFETENSORS_DTYPE');
  });
});

describe('fuzz', () => {
  it('meets mutated files with a StudentError or tensors inside the file, never anything else', () => {
    const sound = writeSafetensors(
      {
        a: { dtype: 'F32', shape: [2, 3], data: new Float32Array(6) },
        b: { dtype: 'U8', shape: [5], data: new Uint8Array(5) },
      },
      { k: 'v' },
    );
    const mutation = fc.tuple(fc.nat(sound.length - 1), fc.integer({ min: 0, max: 255 }));
    const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(mutations, fc.nat(sound.length), fc.boolean(), (changes, length, cut) => {
        const bytes = sound.slice(0, cut ? length : sound.length);
        for (const [position, value] of changes)
          if (position < bytes.length) bytes[position] = value;
        try {
          for (const { data } of readSafetensors(bytes).tensors.values()) {
            expect(data.buffer).toBe(bytes.buffer);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(StudentError);
        }
      }),
      { seed: 13, numRuns: 20_000 },
    );
  });
});
