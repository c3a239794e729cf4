// Documents to posting blocks: counts the terms of one document after the other and inverts a block's worth at a time.
// Where blocks go, to memory or to a file, is the caller's.
import { Bert2dnnError } from '../../foundation/errors.js';
import type { Bm25Weighting } from './bm25-weighting.js';
import type { Collection } from './collection.js';
import { GrowingArray } from './growing-array.js';
import { createBlock, MAX_PAIRS } from './posting-block.js';
import { TermDictionary } from './term-dictionary.js';

/** How an index is built. */
export interface IndexBuilderOptions extends Bm25Weighting {
  /** Most documents of a block, 1 or more. Default 131,072. See `DEFAULT_BLOCK_DOCUMENTS`. */
  blockDocuments?: number;
  /** Takes a finished block. Its `peaks` are still 0: they depend on documents to come. */
  onBlock: (buffer: SharedArrayBuffer) => void;
}

/**
 * So many that a block's accumulators, 8 bytes a document, stay in a processor's cache, and that the best of the first
 * block soon bound what later ones are searched for. `npm run bench -- bm25 --only blocks` compares sizes.
 */
export const DEFAULT_BLOCK_DOCUMENTS = 131_072;

/** Long documents make blocks of fewer. */
const MAX_BLOCK_POSTINGS = 48_000_000;

/** Frequency and length as one number: lengths are below this. */
const MAX_LENGTH = 2 ** 26;

/** Builds an index. Memory: 6 bytes a posting of the block in work, up to twice that while it grows, and the dictionary. */
export class IndexBuilder {
  private readonly dictionary = new TermDictionary();
  private readonly documentFrequencies = GrowingArray.ofUint32();
  private numDocuments = 0;
  private totalLength = 0;

  // The block in work: distinct terms of each document in turn, and their codes.
  private readonly terms = GrowingArray.ofUint32();
  private readonly codes = GrowingArray.ofUint16();
  private readonly numDistinct = GrowingArray.ofUint32();
  private readonly pairs = GrowingArray.ofUint32();
  private readonly codeOfPair = new Map<number, number>();
  private scratch = new Uint32Array(256);

  constructor(private readonly options: IndexBuilderOptions) {}

  /** Adds the next document, given as its terms. @throws Bert2dnnError FILE_FORMAT if it has 2^26 terms or more. */
  add(words: readonly string[]): void {
    const { blockDocuments = DEFAULT_BLOCK_DOCUMENTS } = this.options;
    if (words.length >= MAX_LENGTH) {
      throw new Bert2dnnError(
        'FILE_FORMAT',
        `document ${this.numDocuments}: ${words.length} words, expected fewer than ${MAX_LENGTH}`,
      );
    }
    const distinctBefore = this.terms.length + words.length;
    const isFull =
      this.numDistinct.length >= blockDocuments ||
      distinctBefore > MAX_BLOCK_POSTINGS ||
      this.codeOfPair.size + words.length > MAX_PAIRS;
    if (isFull && this.numDistinct.length > 0) this.cutBlock();
    this.countTerms(words);
    this.numDocuments++;
    this.totalLength += words.length;
  }

  /** Cuts the last block and tells what the whole collection is. */
  finish(): Collection {
    if (this.numDistinct.length > 0) this.cutBlock();
    const { numDocuments } = this;
    return {
      k1: this.options.k1,
      b: this.options.b,
      numDocuments,
      meanLength: this.totalLength / Math.max(1, numDocuments) || 1,
      documentFrequencies: this.documentFrequencies.view(),
      dictionary: this.dictionary.share(),
    };
  }

  /** Appends a document's distinct terms: sorted, so that equal ones stand together. */
  private countTerms(words: readonly string[]): void {
    if (words.length > this.scratch.length) this.scratch = new Uint32Array(words.length * 2);
    const ids = this.scratch.subarray(0, words.length);
    for (let index = 0; index < words.length; index++)
      ids[index] = this.dictionary.add(words[index]);
    while (this.documentFrequencies.length < this.dictionary.numTerms) {
      this.documentFrequencies.push(0);
    }
    ids.sort();
    const frequenciesOf = this.documentFrequencies.view();
    let numDistinct = 0;
    for (let start = 0; start < ids.length; numDistinct++) {
      let end = start + 1;
      while (end < ids.length && ids[end] === ids[start]) end++;
      this.terms.push(ids[start]);
      this.codes.push(this.codeOf(end - start, words.length));
      frequenciesOf[ids[start]]++;
      start = end;
    }
    this.numDistinct.push(numDistinct);
  }

  private codeOf(frequency: number, length: number): number {
    const key = frequency * MAX_LENGTH + length;
    let code = this.codeOfPair.get(key);
    if (code === undefined) {
      code = this.codeOfPair.size;
      this.codeOfPair.set(key, code);
      this.pairs.push(frequency);
      this.pairs.push(length);
    }
    return code;
  }

  /** Inverts the documents gathered: a counting sort by term that keeps the order of documents. */
  private cutBlock(): void {
    const terms = this.terms.view();
    const codes = this.codes.view();
    const numDistinct = this.numDistinct.view();
    // Postings of each term of the dictionary; then where the next one of each goes.
    const next = new Uint32Array(this.dictionary.numTerms);
    let numTerms = 0;
    for (const term of terms) if (next[term]++ === 0) numTerms++;
    const { block, buffer } = createBlock({
      firstDocument: this.numDocuments - numDistinct.length,
      numDocuments: numDistinct.length,
      numTerms,
      numPostings: terms.length,
      numPairs: this.codeOfPair.size,
    });
    block.pairs.set(this.pairs.view());
    let place = 0;
    for (let term = 0; term < next.length; term++) {
      if (next[term] === 0) continue;
      block.terms[place] = term;
      block.offsets[place + 1] = block.offsets[place] + next[term];
      next[term] = block.offsets[place++];
    }
    let index = 0;
    for (let document = 0; document < numDistinct.length; document++) {
      for (const end = index + numDistinct[document]; index < end; index++) {
        const posting = next[terms[index]]++;
        block.documents[posting] = document;
        block.codes[posting] = codes[index];
      }
    }
    for (const array of [this.terms, this.codes, this.numDistinct, this.pairs]) array.clear();
    this.codeOfPair.clear();
    this.options.onBlock(buffer);
  }
}
