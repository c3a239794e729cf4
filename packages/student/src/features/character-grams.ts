// The character n-grams of words, as hashes, worked out once a word. What misspelt words still have in common.
// Source: word marks as fastText has them (Bojanowski et al., TACL 2017); the hash is our own.
import { hashWord } from '../text/hash.js';
import type { Lexicon } from './lexicon.js';

/** Longest part of a word that has n-grams, in UTF-16 units, so that a long word costs no more. */
const MAX_LETTERS = 40;

/** N-grams of a lexicon's words: each as hashes, ascending, of all words that were asked for in one list. */
export class CharacterGrams {
  hashes = new Int32Array(1 << 12);
  /** Of each word: where its hashes begin, and how many there are; -1 for a word that was not asked for. */
  readonly starts: number[] = [];
  readonly counts: number[] = [];
  /** That of the lexicon whose words these are. */
  generation = 0;
  private numHashes = 0;

  /** @param lengths shortest and longest n-gram, in UTF-16 units, the marks `<` and `>` counted. */
  constructor(
    private readonly lexicon: Lexicon,
    private readonly lengths: readonly [number, number],
  ) {}

  /** Makes the n-grams of some words, where they are still to be made. Call before they are read. */
  learn(words: Int32Array, numWords: number): void {
    const { lexicon, counts } = this;
    if (this.generation !== lexicon.generation) this.forget();
    // Without holes: an array with large ones becomes a hash table.
    while (counts.length < lexicon.words.length) {
      counts.push(-1);
      this.starts.push(0);
    }
    for (let index = 0; index < numWords; index++) {
      if (counts[words[index]] < 0) this.learnWord(words[index]);
    }
  }

  /** N-grams that two words have in common; those of both must be made. */
  common(left: number, right: number): number {
    const { hashes, starts, counts } = this;
    let leftPlace = starts[left];
    let rightPlace = starts[right];
    const leftEnd = leftPlace + counts[left];
    const rightEnd = rightPlace + counts[right];
    let common = 0;
    while (leftPlace < leftEnd && rightPlace < rightEnd) {
      const difference = hashes[leftPlace] - hashes[rightPlace];
      if (difference === 0) common += 1;
      if (difference <= 0) leftPlace += 1;
      if (difference >= 0) rightPlace += 1;
    }
    return common;
  }

  private forget(): void {
    this.starts.length = 0;
    this.counts.length = 0;
    this.numHashes = 0;
    this.generation = this.lexicon.generation;
  }

  private learnWord(word: number): void {
    const grams = characterGrams(this.lexicon.words[word], this.lengths);
    const end = this.numHashes + grams.length;
    if (end > this.hashes.length) {
      const larger = new Int32Array(2 * end);
      larger.set(this.hashes);
      this.hashes = larger;
    }
    this.hashes.set(grams, this.numHashes);
    this.starts[word] = this.numHashes;
    this.counts[word] = grams.length;
    this.numHashes = end;
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
