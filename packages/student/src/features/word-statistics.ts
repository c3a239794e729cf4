// How much a word says, read off the order of a list vocabulary. Nothing is stored beside the vocabulary: its tokens
// are sorted by count, and under Zipf's law a count is about proportional to 1 / rank.
import { DEFAULT_MARKS } from '../text/ngrams.js';
import { stemWord } from '../text/stem.js';
import type { Lexicon } from './lexicon.js';
import { bucketIndex } from './match-edges.js';
import type { Vocabulary } from './vocabulary.js';

/** Ranks of stems at which the next class of importance begins; a class for words never seen comes last. */
export const RANK_EDGES = [16, 64, 256, 1024, 4096] as const;
/** Classes of importance: 0 for the most frequent words, `UNSEEN` for words that are not in the vocabulary. */
export const NUM_IMPORTANCES = RANK_EDGES.length + 2;
export const UNSEEN = NUM_IMPORTANCES - 1;

/** Estimated shares of a word's uses at which it begins a text: hardly, sometimes, often, nearly always. */
const START_EDGES = [0.02, 0.15, 0.5] as const;
export const NUM_START_CLASSES = START_EDGES.length + 1;

/** Statistics of every word of a lexicon, worked out as words come. */
export class WordStatistics {
  /** Of each word: class of importance by the rank of its stem. */
  readonly importances: number[] = [];
  /** Of each word: logarithm of its stem's rank, which is its inverse frequency but for a constant; at least 1. */
  readonly weights: number[] = [];
  /** Of each word: how often it begins a text, as brands begin titles. Needs bigrams; without them always 0. */
  readonly startClasses: number[] = [];
  private readonly stemRanks = new Map<string, number>();
  private readonly unseenWeight: number;
  private generation = 0;

  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly lexicon: Lexicon,
  ) {
    let rank = 0;
    for (const word of vocabulary.singleWords()) {
      const stem = stemWord(word);
      if (!this.stemRanks.has(stem)) this.stemRanks.set(stem, rank++);
    }
    this.unseenWeight = weightOf(rank);
  }

  /** Takes in the lexicon's new words. Call before the arrays are read. */
  learn(): void {
    const { words, generation } = this.lexicon;
    if (this.generation !== generation) {
      for (const column of [this.importances, this.weights, this.startClasses]) column.length = 0;
      this.generation = generation;
    }
    for (let number = this.importances.length; number < words.length; number++) {
      const rank = this.stemRanks.get(stemWord(words[number]));
      this.importances.push(rank === undefined ? UNSEEN : bucketIndex(rank, RANK_EDGES));
      this.weights.push(rank === undefined ? this.unseenWeight : weightOf(rank));
      this.startClasses.push(bucketIndex(this.startShare(words[number]), START_EDGES));
    }
  }

  /** About which share of a word's uses begin a text: ratio of the ranks of word and "^ word". */
  private startShare(word: string): number {
    const start = this.vocabulary.get(`${DEFAULT_MARKS.start} ${word}`);
    const whole = this.vocabulary.get(word);
    return start < 0 || whole < 0 ? 0 : (whole + 1) / (start + 1);
  }
}

function weightOf(rank: number): number {
  return Math.log2(rank + 2);
}
