// Windows-1252 lines among UTF-8 lines, whatever the chunks; the characters against a copy of the published table.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLegacyBytes } from '../../../src/data/sources/legacy-text.js';

/**
 * Source: WHATWG Encoding Standard, index-windows-1252.txt: code points of the bytes 0x80..0x9f, in their order.
 */
const PUBLISHED = [
  0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152,
  0x8d, 0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122,
  0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178,
];

async function decode(bytes: Uint8Array, chunkBytes = bytes.length): Promise<string> {
  async function* chunks() {
    for (let start = 0; start < bytes.length; start += chunkBytes) {
      yield bytes.subarray(start, start + chunkBytes);
    }
  }
  const parts: Uint8Array[] = [];
  for await (const part of readLegacyBytes(chunks())) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

describe('readLegacyBytes', () => {
  it('gives every byte its published character', async () => {
    for (let byte = 0x80; byte <= 0xff; byte++) {
      const codePoint = byte <= 0x9f ? PUBLISHED[byte - 0x80] : byte;
      const text = await decode(Uint8Array.of(0x61, byte, 0x62));
      expect(text, `0x${byte.toString(16)}`).toBe(`a${String.fromCodePoint(codePoint)}b`);
    }
  });

  it('leaves UTF-8 lines alone and decodes the others, for any chunks', async () => {
    const word = fc.constantFrom('café', '90°', '', 'plain', 'naïve Ü', '½ in.');
    const line = fc.record({ text: word, isLegacy: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 40 }), async (lines, size) => {
        const bytes = Buffer.concat(
          lines.map(({ text, isLegacy }) => Buffer.from(`${text}\n`, isLegacy ? 'latin1' : 'utf8')),
        );
        const expected = lines.map(({ text }) => `${text}\n`).join('');
        expect(await decode(bytes, size)).toBe(expected);
      }),
    );
  });
});
