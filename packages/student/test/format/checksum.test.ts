import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksumOf } from '../../src/format/checksum.js';
import { computeXxh64 } from '../../src/format/plain-xxh64.js';
import { createMemory, startKernels } from '../../src/wasm/kernel-modules.js';

/** XXH64 by the length of what it is of, from xxHash itself: golden/make_xxh64.py. */
const golden: Record<string, string> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'golden/xxh64.json'), 'utf8'),
);

const memory = createMemory(65_536)!;
const { checksum } = startKernels('simd', memory);

/** The sequence that xxHash tests itself with. */
function sequence(length: number): Uint8Array {
  let state = 2654435761n;
  return Uint8Array.from({ length }, () => {
    const byte = Number(state >> 56n);
    state = BigInt.asUintN(64, state * 11400714785074694797n);
    return byte;
  });
}

describe('XXH64', () => {
  it.each(Object.entries(golden))('of %s bytes is that of xxHash', async (length, digits) => {
    const bytes = sequence(Number(length));
    expect(computeXxh64(bytes)).toBe(BigInt(`0x${digits}`));
    expect(await checksumOf({ bytes })).toEqual({ kind: 'xxh64', digits });
  });

  it('is the same in WebAssembly and in plain JavaScript, wherever the bytes are', () => {
    const all = new Uint8Array(memory.buffer);
    const place = fc.integer({ min: 1024, max: 1088 });
    fc.assert(
      fc.property(place, fc.uint8Array({ maxLength: 300 }), (start, bytes) => {
        all.set(bytes, start);
        const hash = checksum(start, start + bytes.length);
        expect(BigInt.asUintN(64, hash)).toBe(computeXxh64(bytes));
      }),
      { seed: 64, numRuns: 2_000 },
    );
  });
});
