// Block `ngrams`: the n-grams of one or more fields, by a list of known ones or by hash.
// The naive twin, over text, is `ngrams` in `text/ngrams.ts`.
import type { NgramsBlockDefinition } from '../model/definition.js';
import { bucketOf, combineHashes, hashWord } from '../text/hash.js';
import type { BoundaryMarks } from '../text/ngrams.js';
import type { AnalysedText } from './analysed-text.js';
import type { ExampleBlock } from './block.js';
import type { IdBags } from './feature-buffer.js';
import type { Lexicon } from './lexicon.js';
import { ROOT } from './ngram-trie.js';
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
export class ListedNgramsBlock implements ExampleBlock {
  /** Of each lexicon word, filled as words come: vocabulary's word id, and node of the word alone; -1 for none. */
  private readonly wordIds: number[] = [];
  private readonly firstNodes: number[] = [];
  private readonly firstTokens: number[] = [];
  private generation = 0;
  private readonly startNode: number;
  private readonly endId: number;

  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly options: NgramsBlockOptions,
  ) {
    const { trie } = vocabulary;
    this.startNode = trie.step(ROOT, trie.wordId(options.marks.start));
    this.endId = trie.wordId(options.marks.end);
  }

  append(texts: readonly AnalysedText[], into: IdBags): void {
    this.learnWords();
    for (const fieldIndex of this.options.fieldIndices) this.appendText(texts[fieldIndex], into);
  }

  private appendText({ words, numWords }: AnalysedText, into: IdBags): void {
    if (numWords === 0) return;
    const { trie } = this.vocabulary;
    const { highest } = this.options;
    const { wordIds, firstNodes, firstTokens } = this;
    // Position -1 is the start mark, which is no n-gram by itself; numWords the end mark.
    for (let start = -1; start < numWords; start++) {
      let node = start < 0 ? this.startNode : firstNodes[words[start]];
      if (node < 0) continue;
      let id = start < 0 ? -1 : firstTokens[words[start]];
      if (id >= 0) into.push(id);
      const stop = Math.min(start + highest, numWords + 1);
      for (let position = start + 1; position < stop; position++) {
        const wordId = position === numWords ? this.endId : wordIds[words[position]];
        node = wordId < 0 ? -1 : trie.step(node, wordId);
        if (node < 0) break;
        id = trie.tokenAt(node);
        if (id >= 0) into.push(id);
      }
    }
  }

  /** Looks up the lexicon's new words. */
  private learnWords(): void {
    const { lexicon } = this.options;
    const { wordIds, firstNodes, firstTokens } = this;
    const { trie } = this.vocabulary;
    if (this.generation !== lexicon.generation) {
      wordIds.length = 0;
      firstNodes.length = 0;
      firstTokens.length = 0;
      this.generation = lexicon.generation;
    }
    for (let number = wordIds.length; number < lexicon.words.length; number++) {
      const [wordId, node, token] = trie.known(lexicon.words[number]);
      wordIds.push(wordId);
      firstNodes.push(node);
      firstTokens.push(token);
    }
  }
}

/** Every n-gram, by the bucket of its hash. */
export class HashedNgramsBlock implements ExampleBlock {
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
