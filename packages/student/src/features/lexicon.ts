// Every word seen so far, with what blocks want to know about it, so that each is worked out once a word and
// not once an example. Words are compared by their number. Memory is bounded: `trim` forgets everything.
import { hashWord } from '../text/hash.js';
import { stemWord } from '../text/stem.js';
import { roleOf } from './word-roles.js';

/** What a word looks like. Letters by length: long words are rarer and say more. */
export const WORD_KINDS = ['number', 'code', '1-2', '3-4', '5-6', '7-8', '9+'] as const;
export const NUMBER_KIND = 0;
export const CODE_KIND = 1;

/** Words, and letters in them, kept before `trim` forgets all; some 50 MB. */
const MAX_WORDS = 1 << 18;
const MAX_LETTERS = 1 << 23;

/** Words by number, each with hash, stem and kind. */
export class Lexicon {
  private readonly numbers = new Map<string, number>();
  readonly words: string[] = [];
  /** Of each word: `hashWord`. */
  readonly hashes: number[] = [];
  /** Of each word: the number of its stem, itself a word of the lexicon. */
  readonly stems: number[] = [];
  /** Of each word: index into `WORD_KINDS`. */
  readonly kinds: number[] = [];
  /** Of each word: UTF-16 units. */
  readonly lengths: number[] = [];
  /** Of each word: `lettersOf`. */
  readonly letters: number[] = [];
  /** Of each word: `roleOf`. */
  readonly roles: number[] = [];
  /** Grows when the lexicon is emptied: numbers of an older generation mean nothing. */
  generation = 0;
  private numLetters = 0;

  /** Number of a word; new words get the next one. */
  intern(word: string): number {
    const known = this.numbers.get(word);
    return known === undefined ? this.add(word) : known;
  }

  /** Forgets all words if there are too many. Call between examples only. */
  trim(): void {
    if (this.words.length <= MAX_WORDS && this.numLetters <= MAX_LETTERS) return;
    this.numbers.clear();
    const { words, hashes, stems, kinds, lengths, letters, roles } = this;
    for (const column of [words, hashes, stems, kinds, lengths, letters, roles]) column.length = 0;
    this.numLetters = 0;
    this.generation += 1;
  }

  private add(word: string): number {
    const number = this.words.length;
    this.numbers.set(word, number);
    this.words.push(word);
    this.numLetters += word.length;
    this.hashes.push(hashWord(word));
    this.kinds.push(kindOfWord(word));
    this.lengths.push(word.length);
    this.letters.push(lettersOf(word));
    this.roles.push(roleOf(word));
    this.stems.push(number);
    const stem = stemWord(word);
    if (stem !== word) this.stems[number] = this.intern(stem);
    return number;
  }
}

/**
 * Which letters a word has, as bits of their five low ones: a part of a word has no bit that the word lacks, and one
 * edit changes two bits at most. Tells most words apart without a look at them.
 */
export function lettersOf(word: string): number {
  let letters = 0;
  for (let index = 0; index < word.length; index++) letters |= 1 << (word.charCodeAt(index) & 31);
  return letters;
}

/** Index into `WORD_KINDS`. */
export function kindOfWord(word: string): number {
  if (/^\p{N}/u.test(word)) return NUMBER_KIND;
  if (/\p{N}/u.test(word)) return CODE_KIND;
  return 2 + Math.min(4, Math.floor((Math.max(word.length, 1) - 1) / 2));
}
