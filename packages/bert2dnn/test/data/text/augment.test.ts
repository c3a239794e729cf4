// Augmentation: shares as the paper's, each within five standard errors under a fixed seed; edges.
import { describe, expect, it } from 'vitest';
import { augmentText } from '../../../src/data/text/augment.js';
import { createRandom } from '../../../src/foundation/random.js';

const WORDS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const TEXT = WORDS.join(' ');
const NUM_TEXTS = 20_000;

/** Many augmentations of `text`, as words. */
function augmentOften(text: string, options: Parameters<typeof augmentText>[2] = {}): string[][] {
  const random = createRandom(1, 'augment');
  return Array.from({ length: NUM_TEXTS }, () => augmentText(text, random, options).split(' '));
}

/** Whether a count of `trials` is what the probability lets expect. */
function expectShare(count: number, trials: number, probability: number): void {
  const standardError = Math.sqrt((probability * (1 - probability)) / trials);
  expect(Math.abs(count / trials - probability)).toBeLessThan(5 * standardError);
}

describe('augmentText', () => {
  it('masks a tenth of the words, at every place alike', () => {
    const texts = augmentOften(TEXT, { ngramShare: 0 });
    WORDS.forEach((word, place) => {
      expect(texts.every((words) => words.length === WORDS.length)).toBe(true);
      expect(texts.every((words) => [word, '[MASK]'].includes(words[place]))).toBe(true);
      const numMasked = texts.filter((words) => words[place] === '[MASK]').length;
      expectShare(numMasked, NUM_TEXTS, 0.1);
    });
  });

  it('keeps an n-gram of a quarter of the texts: n from 1 to 5, at every place alike', () => {
    const texts = augmentOften(TEXT, { maskShare: 0 });
    const ngrams = texts.filter((words) => words.length < WORDS.length);
    expectShare(ngrams.length, NUM_TEXTS, 0.25);
    for (const words of ngrams) {
      const start = WORDS.indexOf(words[0]);
      expect(words).toEqual(WORDS.slice(start, start + words.length));
    }
    for (let length = 1; length <= 5; length++) {
      const ofLength = ngrams.filter((words) => words.length === length);
      expectShare(ofLength.length, ngrams.length, 1 / 5);
      const numPlaces = WORDS.length - length + 1;
      for (let start = 0; start < numPlaces; start++) {
        const atStart = ofLength.filter((words) => words[0] === WORDS[start]);
        expectShare(atStart.length, ofLength.length, 1 / numPlaces);
      }
    }
    expect(ngrams.filter((words) => words.length > 5)).toEqual([]);
  });

  it('masks before it samples, by the defaults', () => {
    const texts = augmentOften(TEXT);
    const ngrams = texts.filter((words) => words.length < WORDS.length);
    expectShare(ngrams.length, NUM_TEXTS, 0.25);
    const kept = ngrams.flat();
    expectShare(kept.filter((word) => word === '[MASK]').length, kept.length, 0.1);
  });

  it('takes other options', () => {
    const random = createRandom(1);
    expect(augmentText('a b', random, { maskShare: 1, ngramShare: 0, maskWord: '<mask>' })).toBe(
      '<mask> <mask>',
    );
    const bigrams = augmentOften(TEXT, { maskShare: 0, ngramShare: 1, maxNgram: 2 });
    expect(new Set(bigrams.map((words) => words.length))).toEqual(new Set([1, 2]));
  });

  it('keeps texts of fewer words than n whole', () => {
    const random = createRandom(1);
    const options = { maskShare: 0, ngramShare: 1 };
    for (let round = 0; round < 100; round++) {
      expect(augmentText('hose', random, options)).toBe('hose');
      expect(['garden', 'hose', 'garden hose']).toContain(
        augmentText('  garden \n hose ', random, options),
      );
      expect(augmentText('', random, options)).toBe('');
      expect(augmentText(' \t', random)).toBe('');
    }
  });

  it('gives the same for the same seed, and something else for another', () => {
    const series = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 50 }, () => augmentText(TEXT, random));
    };
    expect(series(7)).toEqual(series(7));
    expect(series(7)).not.toEqual(series(8));
  });
});
