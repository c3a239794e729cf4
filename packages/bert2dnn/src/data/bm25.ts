// BM25 over an inverted index in memory: the best documents for a query, and the score of any pair.
// The readable door to what mining/ does out of core; a baseline too. No stemming, no synonyms, no updates.
import { splitWords } from '@bert2dnn/student';
import { BlockSearcher, type SearchableBlock } from './mining/block-searcher.js';
import { DEFAULT_WEIGHTING } from './mining/bm25-weighting.js';
import { type Collection, saturationsOf, weighQuery } from './mining/collection.js';
import { IndexBuilder } from './mining/index-builder.js';
import { fillPeaks, findPlace, findPosting, viewBlock } from './mining/posting-block.js';
import { TopDocuments } from './mining/top-documents.js';

/** How documents are indexed. */
export interface Bm25Options {
  /** Saturation of the term frequency. Default 1.2; 0 counts presence only. */
  k1?: number;
  /** How much long documents are discounted, 0..1. Default 0.75. */
  b?: number;
  /** Text to terms. Default: the words of the student's tokenizer. */
  splitTerms?: (text: string) => string[];
}

/** A document found. */
export interface Bm25Hit {
  /** Position of the document in the list that was indexed. */
  document: number;
  score: number;
}

/**
 * An index over texts. Postings are flat arrays: 6 bytes a distinct term of a document.
 * score(q, d) = sum over terms t of q: times in q * idf(t) * saturation(t, d), in float64, the heaviest term first.
 * Source: the formulas of mining/bm25-weighting.ts.
 */
export class Bm25Index {
  readonly numDocuments: number;
  private readonly splitTerms: (text: string) => string[];
  private readonly collection: Collection;
  private readonly blocks: readonly SearchableBlock[];
  private readonly searcher = new BlockSearcher();
  private readonly top = new TopDocuments();

  constructor(texts: Iterable<string>, options: Bm25Options = {}) {
    const { k1 = DEFAULT_WEIGHTING.k1, b = DEFAULT_WEIGHTING.b, splitTerms = splitWords } = options;
    const buffers: SharedArrayBuffer[] = [];
    const builder = new IndexBuilder({ k1, b, onBlock: (buffer) => buffers.push(buffer) });
    for (const text of texts) builder.add(splitTerms(text));
    this.collection = builder.finish();
    this.blocks = buffers.map((buffer) => {
      const block = viewBlock(buffer, { place: 'bm25', numBytes: buffer.byteLength });
      const saturations = saturationsOf(block, this.collection);
      fillPeaks(block, saturations);
      return { block, saturations };
    });
    this.splitTerms = splitTerms;
    this.numDocuments = this.collection.numDocuments;
  }

  /** The best `limit` documents that share a term with the query; the better first, of equals the earlier. */
  search(query: string, limit: number): Bm25Hit[] {
    const { top } = this;
    const weighed = weighQuery(this.collection, this.splitTerms(query));
    top.reset(limit);
    for (const block of this.blocks) this.searcher.search(block, weighed, top);
    top.sort();
    return Array.from({ length: top.size }, (_, rank) => ({
      document: top.documents[rank],
      score: top.scores[rank],
    }));
  }

  /** The score of one document for a query; 0 if they share no term. */
  score(query: string, document: number): number {
    const { terms, weights } = weighQuery(this.collection, this.splitTerms(query));
    const searchable = this.blocks.findLast(({ block }) => block.firstDocument <= document);
    if (searchable === undefined) return 0;
    const { block, saturations } = searchable;
    let score = 0;
    terms.forEach((term, index) => {
      const place = findPlace(block, term);
      if (place === -1) return;
      const posting = findPosting(block, place, document - block.firstDocument);
      if (posting !== -1) score += weights[index] * saturations[block.codes[posting]];
    });
    return score;
  }
}

/**
 * BM25 of pairs, for a baseline: the index is over the distinct titles of the pairs.
 * @returns one score a pair, 0 or above
 */
export function scorePairs(
  queries: readonly string[],
  titles: readonly string[],
  options: Bm25Options = {},
): Float64Array {
  const documentOf = new Map<string, number>();
  for (const title of titles) {
    if (!documentOf.has(title)) documentOf.set(title, documentOf.size);
  }
  const index = new Bm25Index(documentOf.keys(), options);
  return Float64Array.from(queries, (query, pair) =>
    index.score(query, documentOf.get(titles[pair]) as number),
  );
}
