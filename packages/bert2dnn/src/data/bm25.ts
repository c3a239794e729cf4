// BM25 over an inverted index in memory: the best documents for a query, and the score of any pair.
// Finds candidates for mining and serves as a baseline. No stemming, no synonyms, no updates.
import { splitWords } from '@bert2dnn/student';

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
 * An index over texts. Postings are flat arrays: 8 bytes a distinct term of a document.
 * score(q, d) = sum over terms t of q: idf(t) * tf * (k1 + 1) / (tf + k1 * (1 - b + b * |d| / mean |d|)),
 * idf(t) = ln(1 + (N - n(t) + 0.5) / (n(t) + 0.5)), which is never negative.
 * Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009; idf as in Lucene.
 */
export class Bm25Index {
  readonly numDocuments: number;
  private readonly k1: number;
  private readonly splitTerms: (text: string) => string[];
  private readonly termIds: Map<string, number>;
  /** Postings of term t are [offsets[t], offsets[t + 1]), by document. */
  private readonly offsets: Uint32Array;
  private readonly documents: Uint32Array;
  private readonly frequencies: Uint32Array;
  /** k1 * (1 - b + b * |d| / mean |d|) by document. */
  private readonly norms: Float64Array;
  private readonly scores: Float64Array;

  constructor(texts: Iterable<string>, options: Bm25Options = {}) {
    const { k1 = 1.2, b = 0.75, splitTerms = splitWords } = options;
    const counted = countTerms(texts, splitTerms);
    const postings = invert(counted);
    this.k1 = k1;
    this.splitTerms = splitTerms;
    this.termIds = counted.termIds;
    this.numDocuments = counted.lengths.length;
    this.offsets = postings.offsets;
    this.documents = postings.documents;
    this.frequencies = postings.frequencies;
    const total = counted.lengths.reduce((sum, length) => sum + length, 0);
    const mean = total / Math.max(1, this.numDocuments) || 1;
    this.norms = Float64Array.from(counted.lengths, (length) => k1 * (1 - b + (b * length) / mean));
    this.scores = new Float64Array(this.numDocuments);
  }

  /** The best `limit` documents that share a term with the query; the better first, of equals the earlier. */
  search(query: string, limit: number): Bm25Hit[] {
    const { scores, documents } = this;
    const touched: number[] = [];
    for (const [term, count] of this.queryTerms(query)) {
      const weight = count * this.idf(term);
      for (let posting = this.offsets[term]; posting < this.offsets[term + 1]; posting++) {
        const document = documents[posting];
        if (scores[document] === 0) touched.push(document);
        scores[document] += weight * this.saturation(posting);
      }
    }
    const best = selectBest(touched, scores, limit);
    for (const document of touched) scores[document] = 0;
    return best;
  }

  /** The score of one document for a query; 0 if they share no term. */
  score(query: string, document: number): number {
    let score = 0;
    for (const [term, count] of this.queryTerms(query)) {
      const posting = this.findPosting(term, document);
      if (posting !== -1) score += count * this.idf(term) * this.saturation(posting);
    }
    return score;
  }

  /** Known terms of a query in order of appearance, with their counts. */
  private queryTerms(query: string): Map<number, number> {
    const counts = new Map<number, number>();
    for (const word of this.splitTerms(query)) {
      const term = this.termIds.get(word);
      if (term !== undefined) counts.set(term, (counts.get(term) ?? 0) + 1);
    }
    return counts;
  }

  private idf(term: number): number {
    const numWith = this.offsets[term + 1] - this.offsets[term];
    return Math.log(1 + (this.numDocuments - numWith + 0.5) / (numWith + 0.5));
  }

  private saturation(posting: number): number {
    const frequency = this.frequencies[posting];
    return (frequency * (this.k1 + 1)) / (frequency + this.norms[this.documents[posting]]);
  }

  private findPosting(term: number, document: number): number {
    let low = this.offsets[term];
    let high = this.offsets[term + 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.documents[middle] < document) low = middle + 1;
      else high = middle;
    }
    return low < this.offsets[term + 1] && this.documents[low] === document ? low : -1;
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

interface CountedTerms {
  termIds: Map<string, number>;
  /** Terms of a document. */
  lengths: number[];
  /** Distinct terms of each document in turn, with their frequencies. */
  terms: number[];
  frequencies: number[];
  /** Distinct terms by document. */
  numTerms: number[];
}

function countTerms(texts: Iterable<string>, splitTerms: (text: string) => string[]): CountedTerms {
  const counted: CountedTerms = {
    termIds: new Map(),
    lengths: [],
    terms: [],
    frequencies: [],
    numTerms: [],
  };
  for (const text of texts) {
    const words = splitTerms(text);
    const counts = new Map<number, number>();
    for (const word of words) {
      let term = counted.termIds.get(word);
      if (term === undefined) {
        term = counted.termIds.size;
        counted.termIds.set(word, term);
      }
      counts.set(term, (counts.get(term) ?? 0) + 1);
    }
    for (const [term, count] of counts) {
      counted.terms.push(term);
      counted.frequencies.push(count);
    }
    counted.lengths.push(words.length);
    counted.numTerms.push(counts.size);
  }
  return counted;
}

/** Postings by term, and within a term by document: a counting sort. */
function invert({ termIds, terms, frequencies, numTerms }: CountedTerms) {
  const offsets = new Uint32Array(termIds.size + 1);
  for (const term of terms) offsets[term + 1]++;
  for (let term = 0; term < termIds.size; term++) offsets[term + 1] += offsets[term];
  const next = offsets.slice();
  const postings = {
    offsets,
    documents: new Uint32Array(terms.length),
    frequencies: new Uint32Array(terms.length),
  };
  let at = 0;
  numTerms.forEach((count, document) => {
    for (const end = at + count; at < end; at++) {
      const posting = next[terms[at]]++;
      postings.documents[posting] = document;
      postings.frequencies[posting] = frequencies[at];
    }
  });
  return postings;
}

/** The `limit` best of the touched documents, by a heap whose root is the worst one kept. */
function selectBest(touched: readonly number[], scores: Float64Array, limit: number): Bm25Hit[] {
  const isWorse = (left: number, right: number): boolean =>
    scores[left] < scores[right] || (scores[left] === scores[right] && left > right);
  const heap: number[] = [];
  const sink = (start: number): void => {
    for (let parent = start; ; ) {
      let worst = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < heap.length && isWorse(heap[child], heap[worst])) worst = child;
      }
      if (worst === parent) return;
      [heap[parent], heap[worst]] = [heap[worst], heap[parent]];
      parent = worst;
    }
  };
  for (const document of touched) {
    if (heap.length < limit) {
      heap.push(document);
      if (heap.length === limit) for (let at = limit >> 1; at >= 0; at--) sink(at);
    } else if (limit > 0 && isWorse(heap[0], document)) {
      heap[0] = document;
      sink(0);
    }
  }
  return heap
    .sort((left, right) => (isWorse(left, right) ? 1 : -1))
    .map((document) => ({ document, score: scores[document] }));
}
