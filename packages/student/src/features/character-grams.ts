// The character n-grams of words, as hashes, worked out once a word. What misspelt words still have in common.
// Source: word marks as fastText has them (Bojanowski et al., TACL 2017); the hash is our own.
import { hashWord } from '../text/hash.js';
import type { Lexicon } from './lexicon.js';
import type { WordList } from './word-match.js';

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

  /** Hashes of a word's distinct n-grams, ascending; not for inner loops. */
  of(word: number): Int32Array {
    this.learn(Int32Array.of(word), 1);
    return this.hashes.subarray(this.starts[word], this.starts[word] + this.counts[word]);
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

const NUM_SLOTS = 1024;
/** Words whose n-grams are counted at once, each a bit of a mask. */
const MAX_WORDS = 32;

/**
 * How many n-grams a word has in common with each of up to 32 others, whose n-grams lie in one hash table. Words that come
 * again stay there: a ranking has one query.
 */
export class CommonGrams {
  /** Of each of the words: n-grams in common with the word that was counted last; to be set to 0 when they are read. */
  readonly counts = new Uint16Array(MAX_WORDS);
  private readonly words = new Int32Array(MAX_WORDS);
  private numWords = 0;
  private generation = 0;
  /** By the hash's low bits: 1 + the last such entry; of each entry its hash, who has it, and the entry before. */
  private readonly slots = new Uint16Array(NUM_SLOTS);
  private readonly hashes = new Int32Array(MAX_WORDS * 2 * (MAX_LETTERS + 2));
  private readonly owners = new Int32Array(this.hashes.length);
  private readonly chains = new Uint16Array(this.hashes.length);
  private numEntries = 0;

  constructor(private readonly grams: CharacterGrams) {}

  /** Takes words, whose n-grams are made, in the place of those before. */
  read(list: WordList): void {
    if (this.hasWords(list)) return;
    const { slots, hashes } = this;
    for (let entry = 0; entry < this.numEntries; entry++)
      slots[hashes[entry] & (NUM_SLOTS - 1)] = 0;
    this.numEntries = 0;
    this.numWords = list.numWords;
    this.generation = this.grams.generation;
    const { hashes: grams, starts, counts } = this.grams;
    for (let index = 0; index < list.numWords; index++) {
      const word = list.words[index];
      this.words[index] = word;
      const end = starts[word] + counts[word];
      for (let gram = starts[word]; gram < end; gram++) this.addOwner(grams[gram], 1 << index);
    }
  }

  /** Counts for a word, whose n-grams are made; bits of the words that have something in common with it. */
  count(word: number): number {
    const { slots, hashes, owners, chains, counts } = this;
    const { hashes: grams, starts } = this.grams;
    const end = starts[word] + this.grams.counts[word];
    let some = 0;
    for (let gram = starts[word]; gram < end; gram++) {
      const hash = grams[gram];
      let entry = slots[hash & (NUM_SLOTS - 1)];
      while (entry !== 0 && hashes[entry - 1] !== hash) entry = chains[entry - 1];
      if (entry === 0) continue;
      some |= owners[entry - 1];
      for (let left = owners[entry - 1]; left !== 0; left &= left - 1) counts[lowestBit(left)] += 1;
    }
    return some;
  }

  private hasWords({ words, numWords }: WordList): boolean {
    if (numWords !== this.numWords || this.generation !== this.grams.generation) return false;
    let index = 0;
    while (index < numWords && words[index] === this.words[index]) index++;
    return index === numWords;
  }

  private addOwner(hash: number, owner: number): void {
    const slot = hash & (NUM_SLOTS - 1);
    let entry = this.slots[slot];
    while (entry !== 0 && this.hashes[entry - 1] !== hash) entry = this.chains[entry - 1];
    if (entry !== 0) {
      this.owners[entry - 1] |= owner;
      return;
    }
    this.hashes[this.numEntries] = hash;
    this.owners[this.numEntries] = owner;
    this.chains[this.numEntries] = this.slots[slot];
    this.numEntries += 1;
    this.slots[slot] = this.numEntries;
  }
}

/** Place of the lowest bit that is set. */
export function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
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
