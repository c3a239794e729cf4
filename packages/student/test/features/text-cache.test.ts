import { expect, it } from 'vitest';
import { Lexicon } from '../../src/features/lexicon.js';
import { TextCache } from '../../src/features/text-cache.js';
import { TOKENIZERS } from '../../src/text/tokenizer.js';

it('never reads a text to where another one of the round is, however many want the same place', () => {
  const lexicon = new Lexicon();
  const cache = new TextCache({ tokenizer: TOKENIZERS.default, plainReader: undefined, lexicon });
  // Some five for each set of places.
  const texts = Array.from({ length: 20_000 }, (_, index) => `w${index} x`);
  for (let round = 0; round < 3; round++) {
    cache.begin();
    const read = texts.map((text, index) => cache.read(text, index));
    read.forEach(({ words, numWords }, index) => {
      const got = [...words.subarray(0, numWords)].map((word) => lexicon.words[word]);
      expect(got.join(' ')).toBe(texts[index]);
    });
    const numKept = read.filter(({ isRepeated }) => isRepeated).length;
    // Texts get places when they come again, and are found there when they come once more.
    if (round === 2) expect(numKept).toBeGreaterThan(1000);
  }
});
