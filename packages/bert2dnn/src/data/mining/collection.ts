// What scoring needs of a whole collection, whatever blocks its postings are cut into: so a document's score does not
// depend on the blocks. All arrays are shared memory.
import {
  type Bm25Weighting,
  inverseDocumentFrequency,
  saturateFrequency,
} from './bm25-weighting.js';
import type { PostingBlock } from './posting-block.js';
import { findTerm, type TermDictionaryArrays } from './term-dictionary.js';

/** A collection's counts and terms. */
export interface Collection extends Bm25Weighting {
  numDocuments: number;
  /** Mean number of terms of a document; 1 if there are none. */
  meanLength: number;
  /** [terms] documents that have the term. */
  documentFrequencies: Uint32Array;
  dictionary: TermDictionaryArrays;
}

/**
 * The known terms of a query, the one that weighs most first; of equals, the one that comes first in the query.
 * Scores are sums in this order, everywhere: so they are equal to the last bit however a search goes about it.
 */
export interface WeighedQuery {
  terms: readonly number[];
  /** Times in the query * idf, by term of `terms`. */
  weights: readonly number[];
}

/** Looks up and weighs a query's words. */
export function weighQuery(collection: Collection, words: readonly string[]): WeighedQuery {
  const counts = new Map<number, number>();
  for (const word of words) {
    const term = findTerm(collection.dictionary, word);
    if (term !== -1) counts.set(term, (counts.get(term) ?? 0) + 1);
  }
  const { numDocuments, documentFrequencies } = collection;
  const weighed = Array.from(counts, ([term, count]) => ({
    term,
    weight: count * inverseDocumentFrequency(numDocuments, documentFrequencies[term]),
  }));
  weighed.sort((left, right) => right.weight - left.weight);
  return {
    terms: weighed.map(({ term }) => term),
    weights: weighed.map(({ weight }) => weight),
  };
}

/** What a posting of each of the block's codes adds to a score, before the term's weight: [numPairs]. */
export function saturationsOf(block: PostingBlock, collection: Collection): Float64Array {
  const saturations = new Float64Array(block.numPairs);
  for (let code = 0; code < block.numPairs; code++) {
    const relativeLength = block.pairs[2 * code + 1] / collection.meanLength;
    saturations[code] = saturateFrequency(block.pairs[2 * code], relativeLength, collection);
  }
  return saturations;
}
