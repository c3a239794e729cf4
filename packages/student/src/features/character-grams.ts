// The character n-grams of words, as hashes, worked out once a word. What misspelt words still have in common.
// Source: word marks as fastText has them (Bojanowski et al., TACL 2017); the hash is our own.
import { hashWord } from '../text/hash.js';
import type { Lexicon } from './lexicon.js';

/** Longest part of a word that has n-grams, in UTF-16 units, so that a long word costs no more. */
const MAX_LETTERS = 40;

/** N-grams of a lexicon's words. */
export class CharacterGrams {
  private grams: (Int32Array | undefined)[] = [];
  private generation = 0;

  /** @param lengths shortest and longest n-gram, in UTF-16 units, the marks `<` and `>` counted. */
  constructor(
    private readonly lexicon: Lexicon,
    private readonly lengths: readonly [number, number],
  ) {}

  /** Hashes of a word's distinct n-grams, ascending. */
  of(word: number): Int32Array {
    if (this.generation !== this.lexicon.generation) {
      this.grams = [];
      this.generation = this.lexicon.generation;
    }
    let grams = this.grams[word];
    if (grams === undefined) {
      grams = characterGrams(this.lexicon.words[word], this.lengths);
      this.grams[word] = grams;
    }
    return grams;
  }
}

/**
 * Hashes of the distinct character n-grams of `<word>`, ascending; the whole of a short marked word counts as one.
 * @example characterGrams('ab', [3, 5]) // hashes of '<ab', 'ab>', '<ab>'
 */
export function characterGrams(word: string, lengths: readonly [number, number]): Int32Array {
  return Int32Array.from(characterGramTexts(word, lengths).keys()).sort();
}

/** The same n-grams by their hashes; of two with one hash the first. */
export function characterGramTexts(
  word: string,
  [low, high]: readonly [number, number],
): Map<number, string> {
  const marked = `<${word.slice(0, MAX_LETTERS)}>`;
  const grams = new Map<number, string>();
  for (let length = low; length <= high; length++) {
    for (let start = 0; start + length <= marked.length; start++) {
      const gram = marked.slice(start, start + length);
      const hash = hashWord(gram);
      if (!grams.has(hash)) grams.set(hash, gram);
    }
  }
  return grams;
}

/** Numbers that two ascending lists have in common. */
export function countCommon(left: Int32Array, right: Int32Array): number {
  let [leftIndex, rightIndex, common] = [0, 0, 0];
  while (leftIndex < left.length && rightIndex < right.length) {
    const difference = left[leftIndex] - right[rightIndex];
    if (difference === 0) common += 1;
    if (difference <= 0) leftIndex += 1;
    if (difference >= 0) rightIndex += 1;
  }
  return common;
}
