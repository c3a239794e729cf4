import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CharacterGrams,
  CommonGrams,
  characterGrams,
  countCommon,
} from '../../src/features/character-grams.js';
import { type FeatureDefinition, Featurizer } from '../../src/features/featurizer.js';
import { Lexicon } from '../../src/features/lexicon.js';
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

describe('CommonGrams', () => {
  it('counts what countCommon counts, list after list', () => {
    // Few letters, so that words share n-grams; long ones, whose n-grams share places of the table.
    const word = fc.oneof(fc.stringMatching(/^[ab]{1,6}$/), fc.stringMatching(/^[a-z]{1,45}$/));
    const words = fc.uniqueArray(word, { minLength: 1, maxLength: 32 });
    const lexicon = new Lexicon();
    const grams = new CharacterGrams(lexicon, [2, 3]);
    const common = new CommonGrams(grams);
    fc.assert(
      fc.property(words, fc.array(word, { maxLength: 4 }), (list, others) => {
        const [read, counted] = [list, others].map((texts) => {
          const numbers = Int32Array.from(texts, (text) => lexicon.intern(text));
          return { words: numbers, numWords: numbers.length };
        });
        grams.learn(read.words, read.numWords);
        grams.learn(counted.words, counted.numWords);
        common.read(read);
        for (const other of counted.words) {
          const some = common.count(other);
          read.words.forEach((number, index) => {
            const expected = countCommon(grams.of(number), grams.of(other));
            expect(common.counts[index]).toBe(expected);
            expect((some >>> index) & 1).toBe(expected > 0 ? 1 : 0);
            common.counts[index] = 0;
          });
        }
      }),
      { seed: 33, numRuns: 300 },
    );
  });
});

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

  it('counts what two words have in common', () => {
    const words = fc.stringMatching(/^[ab]{0,8}$/);
    fc.assert(
      fc.property(words, words, (left, right) => {
        const rightGrams = naiveGrams(right, 2, 3);
        const common = [...naiveGrams(left, 2, 3)].filter((gram) => rightGrams.has(gram));
        const [leftHashes, rightHashes] = [left, right].map((word) => characterGrams(word, [2, 3]));
        expect(countCommon(leftHashes, rightHashes)).toBe(common.length);
      }),
      { seed: 32 },
    );
  });

  it('remembers a word, and forgets it with the lexicon', () => {
    const lexicon = new Lexicon();
    const grams = new CharacterGrams(lexicon, [3, 3]);
    const word = lexicon.intern('drill');
    expect(grams.of(word)).toEqual(grams.of(word));
    expect([...grams.of(word)]).toEqual([...characterGrams('drill', [3, 3])]);
    lexicon.intern('x'.repeat(1 << 24));
    lexicon.trim();
    const other = lexicon.intern('saw');
    expect(other).toBe(word);
    expect([...grams.of(other)]).toEqual([...characterGrams('saw', [3, 3])]);
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
