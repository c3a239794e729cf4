// A query against a title: for each query word how and where it is found. What `match-block.ts` makes features of.
import type { Lexicon } from './lexicon.js';
import { findWord, JOINED, MISSING, type WordList, type WordMatch } from './word-match.js';

/** Words of query and title that are compared; further ones are left out, so that a long text costs no square. */
export const MAX_MATCH_WORDS = { query: 32, title: 128 } as const;

/** How sure a match is: missing; prefix, inside or near; exact, stem or joined. */
export const NOT_FOUND = 0;
export const WEAK = 1;
export const SURE = 2;

/** The state of one pair; reused from pair to pair. */
export class PairMatch {
  readonly query = { words: new Int32Array(0), numWords: 0 };
  readonly title = { words: new Int32Array(0), numWords: 0 };
  /** Of each query word: index into `MATCH_CLASSES`. */
  readonly matchClasses = new Uint8Array(MAX_MATCH_WORDS.query);
  /** Of each query word: first title word that it matches that way, or -1. */
  readonly positions = new Int32Array(MAX_MATCH_WORDS.query);
  /** Of each query word: `NOT_FOUND`, `WEAK` or `SURE`. */
  readonly sureness = new Uint8Array(MAX_MATCH_WORDS.query);
  /** Of each title word: 1 if some query word is found there for sure. */
  readonly asked = new Uint8Array(MAX_MATCH_WORDS.title);
  private readonly match: WordMatch = { matchClass: MISSING, position: -1 };

  constructor(readonly lexicon: Lexicon) {}

  /** Compares a query with a title. */
  read(query: WordList, title: WordList): void {
    this.query.words = query.words as Int32Array<ArrayBuffer>;
    this.query.numWords = Math.min(query.numWords, MAX_MATCH_WORDS.query);
    this.title.words = title.words as Int32Array<ArrayBuffer>;
    this.title.numWords = Math.min(title.numWords, MAX_MATCH_WORDS.title);
    this.asked.fill(0, 0, this.title.numWords);
    for (let index = 0; index < this.query.numWords; index++) {
      findWord(this.match, index, this);
      const { matchClass, position } = this.match;
      this.matchClasses[index] = matchClass;
      this.positions[index] = position;
      this.sureness[index] =
        matchClass <= JOINED ? SURE : matchClass === MISSING ? NOT_FOUND : WEAK;
      if (this.sureness[index] === SURE) this.asked[position] = 1;
    }
  }

  /** Whether query words `index` and `index + 1` stand in the title side by side, in this order (-1: reversed). */
  areNeighbours(index: number, step: 1 | -1): boolean {
    const { stems } = this.lexicon;
    const first = stems[this.query.words[step === 1 ? index : index + 1]];
    const second = stems[this.query.words[step === 1 ? index + 1 : index]];
    const { words, numWords } = this.title;
    for (let position = 0; position + 1 < numWords; position++) {
      if (stems[words[position]] === first && stems[words[position + 1]] === second) return true;
    }
    return false;
  }

  /** Words in the longest part of the query whose neighbours are neighbours in the title; 1 for a word on its own. */
  longestRun(): number {
    let longest = 0;
    let run = 0;
    for (let index = 0; index < this.query.numWords; index++) {
      if (this.sureness[index] !== SURE) run = 0;
      else run = run > 0 && this.areNeighbours(index - 1, 1) ? run + 1 : 1;
      longest = Math.max(longest, run);
    }
    return longest;
  }
}
