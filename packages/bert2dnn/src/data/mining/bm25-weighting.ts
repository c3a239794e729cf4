// The BM25 formula: what a term is worth in a collection, and what its repeats are worth in a document.
// Only arithmetic: no text, no postings.

/** The two free parameters of BM25. */
export interface Bm25Weighting {
  /** Saturation of the term frequency, 0 or above; 0 counts presence only. */
  k1: number;
  /** How much long documents are discounted, 0..1. */
  b: number;
}

export const DEFAULT_WEIGHTING: Bm25Weighting = { k1: 1.2, b: 0.75 };

/**
 * ln(1 + (N - n + 0.5) / (n + 0.5)), which is above 0 for every n up to N.
 * Source: idf of Lucene's BM25Similarity.
 */
export function inverseDocumentFrequency(numDocuments: number, numWith: number): number {
  return Math.log(1 + (numDocuments - numWith + 0.5) / (numWith + 0.5));
}

/**
 * tf * (k1 + 1) / (tf + k1 * (1 - b + b * |d| / mean |d|)): above 0, below k1 + 1.
 * Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009.
 */
export function saturateFrequency(
  frequency: number,
  relativeLength: number,
  { k1, b }: Bm25Weighting,
): number {
  const norm = k1 * (1 - b + b * relativeLength);
  return (frequency * (k1 + 1)) / (frequency + norm);
}
