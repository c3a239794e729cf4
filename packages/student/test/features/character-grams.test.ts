import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CharacterGrams, characterGrams } from '../../src/features/character-grams.js';
import { Featurizer } from '../../src/features/featurizer.js';
import { Lexicon } from '../../src/features/lexicon.js';
import type { FeatureDefinition } from '../../src/model/definition.js';
import { bucketOf, hashWord } from '../../src/text/hash.js';
import { splitWords } from '../../src/text/words.js';

/** All substrings of the marked word with a fitting length, by their first characters. */
function naiveGrams(word: string, low: number, high: number): Set<string> {
  const marked = `<${word}>`;
  const grams = new Set<string>();
  for (let start = 0; start < marked.length; start++) {
    for (let end = start + low; end <= Math.min(marked.length, start + high); end++) {
      grams.add(marked.slice(start, end));
    }
  }
  return grams;
}

const sorted = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b);

describe('characterGrams', () => {
  it('gives the hashes of a naive twin', () => {
    expect([...characterGrams('ab', [3, 5])]).toEqual(sorted(['<ab', 'ab>', '<ab>'].map(hashWord)));
    fc.assert(
      fc.property(fc.stringMatching(/^[abc]{0,12}$/), fc.nat(4), fc.nat(3), (word, low, more) => {
        const lengths = [low + 1, low + 1 + more] as const;
        const expected = [...naiveGrams(word, ...lengths)].map(hashWord);
        expect([...characterGrams(word, lengths)]).toEqual(sorted(expected));
      }),
      { seed: 31 },
    );
  });
});

/** The lexicon's numbers of words, whose n-grams are made. */
function learn(words: readonly string[], lexicon: Lexicon, grams: CharacterGrams): Int32Array {
  const numbers = Int32Array.from(words, (word) => lexicon.intern(word));
  grams.learn(numbers, numbers.length);
  return numbers;
}

describe('CharacterGrams', () => {
  it('counts what two words have in common', () => {
    const words = fc.stringMatching(/^[ab]{0,8}$/);
    const lexicon = new Lexicon();
    const grams = new CharacterGrams(lexicon, [2, 3]);
    fc.assert(
      fc.property(words, words, (left, right) => {
        const [leftNumber, rightNumber] = learn([left, right], lexicon, grams);
        const rightGrams = naiveGrams(right, 2, 3);
        const common = [...naiveGrams(left, 2, 3)].filter((gram) => rightGrams.has(gram));
        expect(grams.common(leftNumber, rightNumber)).toBe(common.length);
        expect(grams.counts[rightNumber]).toBe(rightGrams.size);
      }),
      { seed: 32 },
    );
  });

  it('forgets with the lexicon', () => {
    const lexicon = new Lexicon();
    const grams = new CharacterGrams(lexicon, [3, 3]);
    const [drill, drills] = learn(['drill', 'drills'], lexicon, grams);
    expect(grams.common(drill, drills)).toBe(4);
    lexicon.intern('x'.repeat(1 << 24));
    lexicon.trim();
    const [saw, saws] = learn(['saw', 'saws'], lexicon, grams);
    expect([saw, saws]).toEqual([drill, drills]);
    expect(grams.common(saw, saws)).toBe(2);
  });
});

describe('CharactersBlock', () => {
  const definition: FeatureDefinition = {
    fields: ['query', 'title'],
    text: { tokenizer: 'default', ngrams: 1 },
    blocks: [
      { name: 'q', kind: 'characters', fields: ['query'], size: 101, lengths: [3, 5] },
      { name: 't', kind: 'characters', fields: ['title'], size: 101, lengths: [3, 5], table: 'q' },
    ],
  };

  it('gives the buckets of every word but numbers, field by field', () => {
    const texts = fc.stringMatching(/^[ab3 ]{0,12}$/);
    fc.assert(
      fc.property(texts, texts, (query, title) => {
        const featurizer = new Featurizer(definition, {});
        const buffer = featurizer.createBuffer();
        featurizer.featurize([query, title], buffer);
        [query, title].forEach((text, block) => {
          const words = splitWords(text).filter((word) => !/^[0-9]/.test(word));
          const expected = words.flatMap((word) =>
            [...naiveGrams(word, 3, 5)].map((gram) => bucketOf(hashWord(gram), 101)),
          );
          const { ids, numIds } = buffer.blocks[block];
          expect(sorted(ids.subarray(0, numIds))).toEqual(sorted(expected));
        });
      }),
      { seed: 33 },
    );
  });
});
