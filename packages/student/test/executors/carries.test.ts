// The kernel that finds numbers which are not finite.
import { describe, expect, it } from 'vitest';
import { loadStudent } from '../../src/format/load-student.js';
import { serializeModel } from '../../src/format/model-file.js';
import { decodeFloat16 } from '../../src/kernels/float16.js';
import { quantizeStudent } from '../../src/model/quantize-student.js';
import { createMemory, startKernels } from '../../src/wasm/kernel-modules.js';
import { fullStudent } from '../tiny-student.js';

const memory = createMemory(1)!;
const { carries } = startKernels('simd', memory);
const FROM = 1024;

const FINITE = [
  0, -0, 1e-45, -1e-45, 3.4028234663852886e38, -3.4028234663852886e38, 1, -1, 2, 3, 4,
];

describe('carries', () => {
  it.each([1, 3, 4, 7, 11])('finds float32 that are not finite, wherever of %i', (length) => {
    const numbers = new Float32Array(memory.buffer, FROM, length);
    const bits = new Int32Array(memory.buffer, FROM, length + 1);
    const isFound = (): boolean => carries(FROM, FROM + 4 * length, 0x7f800000, 0x800000) !== 0;
    // What lies behind is not asked for.
    bits[length] = -1;
    for (let place = 0; place < length; place++) {
      numbers.set(FINITE.slice(-length));
      expect(isFound()).toBe(false);
      for (const number of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]) {
        numbers[place] = number;
        expect(isFound()).toBe(true);
      }
      bits[place] = -1;
      expect(isFound()).toBe(true);
    }
  });

  it.each([0, 2])('finds float16 that are not finite, of all that there are, %i behind', (odd) => {
    const halves = new Uint16Array(memory.buffer, FROM + odd, 13);
    for (let bits = 0; bits < 1 << 16; bits++) {
      halves.fill(0x7bff);
      halves[bits % 13] = bits;
      const [number] = decodeFloat16(Uint16Array.of(bits));
      const isFound = carries(FROM + odd, FROM + odd + 26, 0x7c007c00, 0x4000400) !== 0;
      if (isFound === Number.isFinite(number)) expect(bits).toBe('one that is told right');
    }
  });

  it.each(['float32', 'float16'] as const)(
    'is asked about a file that is read: %s',
    async (precision) => {
      const student = fullStudent();
      const { parameters } = quantizeStudent(student, precision);
      const name = Object.keys(parameters).find((key) => key.endsWith('.embedding'))!;
      const table = parameters[name];
      if (table instanceof Float32Array) table[5] = Number.NaN;
      else if (table.precision === 'float16') table.bits[5] = 0xfc00;
      const broken = { ...student, definition: student.definition, parameters, precision };
      const file = await serializeModel(broken as unknown as typeof student);
      for (const source of [file, new Blob([file as Uint8Array<ArrayBuffer>])]) {
        await expect(loadStudent(source)).rejects.toThrow(/embedding: number 5 is (NaN|-Infinity)/);
      }
    },
  );
});
