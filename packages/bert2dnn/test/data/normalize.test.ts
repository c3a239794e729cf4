// Cleaning of texts, and the set that drops duplicates.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText, groupKey, textsKey } from '../../src/data/normalize.js';
import { TextSet } from '../../src/data/text-set.js';

/** Any code point, half of them near the Latin, Greek and space characters that NFKC changes. */
const codePoint = fc.oneof(
  fc.integer({ min: 0, max: 0x37f }),
  fc.integer({ min: 0x1e00, max: 0x33ff }),
  fc.integer({ min: 0, max: 0xd7ff }),
);

describe('cleanText', () => {
  it.each([
    [' ５0 ml\u00a0 Crème\n', '50 ml Crème'],
    ['e\u0301', 'é'],
    ['ﬁne ①', 'fine 1'],
    ['<b>A</b>', '<b>A</b>'],
    ['\u3000', ''],
  ])('%j becomes %j', (text, cleaned) => {
    expect(cleanText(text)).toBe(cleaned);
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(
        fc.array(codePoint).map((points) => String.fromCodePoint(...points)),
        (text) => {
          expect(cleanText(cleanText(text))).toBe(cleanText(text));
        },
      ),
      { numRuns: 300, seed: 1 },
    );
  });
});

it('groupKey joins spellings that differ in case and space', () => {
  expect(groupKey(' Cordless  DRILL')).toBe(groupKey('cordless drill'));
});

it('textsKey tells texts apart that join to the same', () => {
  expect(textsKey(['a b', 'c'])).not.toBe(textsKey(['a', 'b c']));
});

it('TextSet says of each text whether it is new, as a Set does', () => {
  const texts = Array.from({ length: 20_000 }, (_, index) => `text ${(index * 7919) % 13_001}`);
  const known = new Set<string>();
  const set = new TextSet();
  const isNew = texts.map((text) => {
    const expected = !known.has(text);
    known.add(text);
    return expected;
  });
  expect(texts.map((text) => set.add(text))).toEqual(isNew);
  expect(set.size).toBe(known.size);
});
