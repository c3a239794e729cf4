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
    // Without holes: an array with large ones becomes a hash table.
    while (this.grams.length <= word) this.grams.push(undefined);
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

const NUM_SLOTS = 1024;

/** The distinct numbers of one list, laid out to be counted in many others. Much faster than `countCommon` for each. */
export class CommonCounter {
  /** By the number's low bits: 1 + the last such place in the list; by that: the one before. 0 ends a chain. */
  private readonly slots = new Uint16Array(NUM_SLOTS);
  private readonly chains = new Uint16Array(NUM_SLOTS);
  private list = new Int32Array(0);

  /** Takes a list in the place of the one before: of at most 1023 numbers, and a word has 903 n-grams at most. */
  read(list: Int32Array): void {
    this.slots.fill(0);
    for (let index = 0; index < list.length; index++) {
      const slot = list[index] & (NUM_SLOTS - 1);
      this.chains[index + 1] = this.slots[slot];
      this.slots[slot] = index + 1;
    }
    this.list = list as Int32Array<ArrayBuffer>;
  }

  /** Numbers that a list of distinct ones has in common with the one that was read. */
  countIn(other: Int32Array): number {
    const { slots, chains, list } = this;
    let common = 0;
    for (let index = 0; index < other.length; index++) {
      const number = other[index];
      let place = slots[number & (NUM_SLOTS - 1)];
      while (place !== 0 && list[place - 1] !== number) place = chains[place];
      if (place !== 0) common += 1;
    }
    return common;
  }
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
