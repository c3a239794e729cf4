// Block `ngrams`: the n-grams of one or more fields, by a list of known ones or by hash.
// The naive twin, over text, is `ngrams` in `text/ngrams.ts`.
import type { NgramsBlockDefinition } from '../model/definition.js';
import { bucketOf, combineHashes, hashWord } from '../text/hash.js';
import type { BoundaryMarks } from '../text/ngrams.js';
import type { AnalysedText } from './analysed-text.js';
import type { FeatureBlock } from './block.js';
import type { IdBags } from './feature-buffer.js';
import type { Lexicon } from './lexicon.js';
import type { Vocabulary } from './vocabulary.js';

/** What an n-grams block needs beside its definition. */
export interface NgramsBlockOptions {
  /** Positions of its fields in an example. */
  fieldIndices: readonly number[];
  lexicon: Lexicon;
  marks: BoundaryMarks;
  /** Longest n-gram. */
  highest: number;
}

/** N-grams of a list vocabulary; unknown ones are dropped. */
export class ListedNgramsBlock implements FeatureBlock {
  /** Vocabulary's word id of each lexicon word, -1 for none; filled as words come. */
  private wordIds: number[] = [];
  private generation = 0;
  private readonly startId: number;
  private readonly endId: number;

  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly options: NgramsBlockOptions,
  ) {
    this.startId = vocabulary.trie.wordId(options.marks.start);
    this.endId = vocabulary.trie.wordId(options.marks.end);
  }

  append(texts: readonly AnalysedText[], into: IdBags): void {
    this.learnWords();
    for (const fieldIndex of this.options.fieldIndices) this.appendText(texts[fieldIndex], into);
  }

  private appendText({ words, numWords }: AnalysedText, into: IdBags): void {
    if (numWords === 0) return;
    const { trie } = this.vocabulary;
    const { highest } = this.options;
    // Position -1 is the start mark, numWords the end mark.
    for (let start = -1; start < numWords; start++) {
      let node = 0;
      const stop = Math.min(start + highest, numWords + 1);
      for (let position = start; position < stop; position++) {
        const wordId = this.wordIdAt(words, numWords, position);
        node = wordId < 0 ? -1 : trie.step(node, wordId);
        if (node < 0) break;
        if (start < 0 && position < 0) continue;
        const id = trie.tokenAt(node);
        if (id >= 0) into.push(id);
      }
    }
  }

  private wordIdAt(words: Int32Array, numWords: number, position: number): number {
    if (position < 0) return this.startId;
    return position === numWords ? this.endId : this.wordIds[words[position]];
  }

  /** Looks up the lexicon's new words. */
  private learnWords(): void {
    const { lexicon } = this.options;
    if (this.generation !== lexicon.generation) this.wordIds = [];
    this.generation = lexicon.generation;
    for (let number = this.wordIds.length; number < lexicon.words.length; number++) {
      this.wordIds.push(this.vocabulary.trie.wordId(lexicon.words[number]));
    }
  }
}

/** Every n-gram, by the bucket of its hash. */
export class HashedNgramsBlock implements FeatureBlock {
  private readonly startHash: number;
  private readonly endHash: number;

  constructor(
    private readonly definition: NgramsBlockDefinition,
    private readonly options: NgramsBlockOptions,
  ) {
    this.startHash = hashWord(options.marks.start);
    this.endHash = hashWord(options.marks.end);
  }

  append(texts: readonly AnalysedText[], into: IdBags): void {
    for (const fieldIndex of this.options.fieldIndices) this.appendText(texts[fieldIndex], into);
  }

  private appendText({ words, numWords }: AnalysedText, into: IdBags): void {
    if (numWords === 0) return;
    const { highest } = this.options;
    const { size } = this.definition;
    for (let start = -1; start < numWords; start++) {
      let hash = this.hashAt(words, numWords, start);
      if (start >= 0) into.push(bucketOf(hash, size));
      const stop = Math.min(start + highest, numWords + 1);
      for (let position = start + 1; position < stop; position++) {
        hash = combineHashes(hash, this.hashAt(words, numWords, position));
        into.push(bucketOf(hash, size));
      }
    }
  }

  private hashAt(words: Int32Array, numWords: number, position: number): number {
    if (position < 0) return this.startHash;
    return position === numWords ? this.endHash : this.options.lexicon.hashes[words[position]];
  }
}
