import { expect, it } from 'vitest';
import { Lexicon } from '../../src/features/lexicon.js';
import { TextCache } from '../../src/features/text-cache.js';
import { TextCodes } from '../../src/features/text-codes.js';
import { TOKENIZERS } from '../../src/text/tokenizer.js';

it('never reads a text to where another one of the round is, however many want the same place', () => {
  const lexicon = new Lexicon();
  const readers = { tokenizer: TOKENIZERS.default, plainReader: undefined, lexicon };
  const cache = new TextCache(readers, new TextCodes());
  // Each comes twice, soon enough to get a place; there are some five for each set of places.
  const texts = Array.from({ length: 40_000 }, (_, index) => {
    const part = Math.floor(index / 200);
    return `w${100 * part + (index % 100)} x`;
  });
  let numKept = 0;
  for (let round = 0; round < 2; round++) {
    cache.begin();
    const read = texts.map((text, index) => cache.read(text, index));
    read.forEach(({ words, numWords }, index) => {
      const got = [...words.subarray(0, numWords)].map((word) => lexicon.words[word]);
      expect(got.join(' ')).toBe(texts[index]);
    });
    numKept = texts.length - new Set(read).size;
  }
  expect(numKept).toBeGreaterThan(500);
});
