// Vocabulary training: hand-derived merges, determinism, and that the pieces spell the texts.
import { describe, expect, it } from 'vitest';
import { createRandom, shuffle } from '../../src/foundation/random.js';
import { Tokenizer } from '../../src/teacher/tokenizer/tokenizer.js';
import { buildTokenizerJson, specialTokens } from '../../src/teacher/tokenizer/tokenizer-json.js';
import { trainVocabulary } from '../../src/teacher/tokenizer/vocabulary-training.js';

describe('trainVocabulary', () => {
  it('merges the most frequent pair first', () => {
    // hug x5, pug x3, hugs x2: (##u,##g) 10, then (h,##ug) 7, then (p,##ug) 3, then (hug,##s) 2.
    const texts = ['hug hug hug', 'pug hug pug', 'hug pug hugs hugs'];
    expect(trainVocabulary(texts)).toEqual([
      ...specialTokens(),
      ...['##g', '##s', '##u', 'h', 'p'],
      ...['##ug', 'hug', 'pug', 'hugs'],
    ]);
    expect(trainVocabulary(texts, { minFrequency: 3 })).not.toContain('hugs');
    expect(trainVocabulary(texts, { size: 11 }).at(-1)).toBe('##ug');
  });

  it('counts repeated letters without losing track', () => {
    const pieces = trainVocabulary(['aaaaaa aaaaaa baaaa', 'aaaaaaa'], { minFrequency: 1 });
    expect(pieces).toContain('aaaaaa');
    expect(new Set(pieces).size).toBe(pieces.length);
  });

  it('does not depend on the order of the texts', () => {
    const random = createRandom(3, 'texts');
    const syllables = ['ka', 'lo', 'min', 'tre', 'su', 'pi', 'ora'];
    const word = () =>
      Array.from({ length: 1 + random.nextInt(3) }, () => syllables[random.nextInt(7)]).join('');
    const texts = Array.from({ length: 300 }, () => `${word()} ${word()} ${word()}`);
    const pieces = trainVocabulary(texts, { size: 120 });
    shuffle(texts, random);
    expect(trainVocabulary(texts, { size: 120 })).toEqual(pieces);
    const json = buildTokenizerJson({ pieces, lowercase: true, maxTokens: 64 });
    const tokenizer = Tokenizer.fromJson(json, 'made');
    const lengths = texts.map((text) => tokenizer.encodeText(text).length);
    expect(texts.some((text) => tokenizer.encodeText(text).includes(1))).toBe(false);
    expect(lengths.reduce((sum, length) => sum + length) / texts.length).toBeLessThan(8);
  });

  it('refuses texts without a word', () => {
    expect(() => trainVocabulary(['', ' '])).toThrow(/hold no word/);
  });
});
