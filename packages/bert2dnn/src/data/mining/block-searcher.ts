// Finds the best documents of a posting block for a query, term by term, the heaviest term first.
// Once the terms left cannot lift a new document into the best, only documents already met are looked at (MaxScore);
// documents that cannot get in any more are dropped. The result is that of scoring every document, bit by bit.
// Source: Turtle and Flood, Query Evaluation: Strategies and Optimizations, 1995 (max score, term at a time).
import type { WeighedQuery } from './collection.js';
import { findPlace, findPosting, type PostingBlock } from './posting-block.js';
import type { TopDocuments } from './top-documents.js';

/** What to search: a block, and what its codes add (`saturationsOf`). Its peaks must be filled. */
export interface SearchableBlock {
  block: PostingBlock;
  saturations: Float64Array;
}

/** Bounds are sums in another order than scores and are rounded otherwise, so a score must be clearly below to be out. */
const CLEARLY_BELOW = 1 - 1e-9;

/** A lookup of one posting by halving costs about as much as running over this many. */
const POSTINGS_PER_LOOKUP = 24;

/** Searches blocks, one at a time; holds the accumulators, 12 bytes a document of the largest block. */
export class BlockSearcher {
  /** Partial scores by document; 0 for all that are not among `met`. */
  private scores = new Float64Array(0);
  private met = new Uint32Array(0);
  private numMet = 0;
  /** The best partial scores, as a heap with the least at its root. */
  private best = new Float64Array(16);
  /** Places of the query's terms in the block, their weights, and the most that terms from each on can add. */
  private readonly places: number[] = [];
  private readonly weights: number[] = [];
  private readonly rests: number[] = [];

  /** Offers to `top` each document of the block that could be among its best. Documents count from the collection's first. */
  search(searchable: SearchableBlock, query: WeighedQuery, top: TopDocuments): void {
    const { block } = searchable;
    this.prepare(searchable, query);
    const { places, rests } = this;
    if (places.length === 0 || rests[0] < top.threshold * CLEARLY_BELOW) return;
    if (places.length === 1) {
      this.offerPostings(searchable, top);
      return;
    }
    let threshold = top.threshold;
    let next = 0;
    while (next < places.length && rests[next] >= threshold * CLEARLY_BELOW) {
      this.accumulate(searchable, next++);
      if (next < places.length) threshold = Math.max(threshold, this.scoreAt(top.limit));
    }
    for (; next < places.length; next++) {
      this.dropBelow(threshold * CLEARLY_BELOW - rests[next]);
      this.complete(searchable, next);
      threshold = Math.max(threshold, this.scoreAt(top.limit));
    }
    for (let index = 0; index < this.numMet; index++) {
      const document = this.met[index];
      if (this.scores[document] >= threshold) {
        top.offer(block.firstDocument + document, this.scores[document]);
      }
      this.scores[document] = 0;
    }
    this.numMet = 0;
  }

  private prepare({ block, saturations }: SearchableBlock, query: WeighedQuery): void {
    if (this.scores.length < block.numDocuments) {
      this.scores = new Float64Array(block.numDocuments);
      this.met = new Uint32Array(block.numDocuments);
    }
    const { places, weights, rests } = this;
    places.length = weights.length = rests.length = 0;
    query.terms.forEach((term, index) => {
      const place = findPlace(block, term);
      if (place === -1) return;
      places.push(place);
      weights.push(query.weights[index]);
    });
    let rest = 0;
    for (let index = places.length - 1; index >= 0; index--) {
      rest += weights[index] * saturations[block.peaks[places[index]]];
      rests[index] = rest;
    }
  }

  /** A query of one term needs no sums. */
  private offerPostings({ block, saturations }: SearchableBlock, top: TopDocuments): void {
    const { documents, codes, offsets, firstDocument } = block;
    const [place] = this.places;
    const [weight] = this.weights;
    let threshold = top.threshold;
    for (let posting = offsets[place]; posting < offsets[place + 1]; posting++) {
      const score = weight * saturations[codes[posting]];
      // Documents come in order, so an equal score is too late; 0 is the threshold of a list that is not full.
      if (score <= threshold) continue;
      top.offer(firstDocument + documents[posting], score);
      threshold = top.threshold;
    }
  }

  /** Adds a term to all its documents. */
  private accumulate({ block, saturations }: SearchableBlock, index: number): void {
    const { documents, codes, offsets } = block;
    const { scores, met } = this;
    const weight = this.weights[index];
    const end = offsets[this.places[index] + 1];
    let numMet = this.numMet;
    for (let posting = offsets[this.places[index]]; posting < end; posting++) {
      const document = documents[posting];
      const partial = scores[document];
      if (partial === 0) met[numMet++] = document;
      scores[document] = partial + weight * saturations[codes[posting]];
    }
    this.numMet = numMet;
  }

  /** Adds a term to the documents already met. */
  private complete({ block, saturations }: SearchableBlock, index: number): void {
    const { documents, codes, offsets } = block;
    const { scores, met } = this;
    const weight = this.weights[index];
    const place = this.places[index];
    const end = offsets[place + 1];
    if (this.numMet * POSTINGS_PER_LOOKUP < end - offsets[place]) {
      for (let each = 0; each < this.numMet; each++) {
        const posting = findPosting(block, place, met[each]);
        if (posting !== -1) scores[met[each]] += weight * saturations[codes[posting]];
      }
      return;
    }
    for (let posting = offsets[place]; posting < end; posting++) {
      const partial = scores[documents[posting]];
      if (partial !== 0)
        scores[documents[posting]] = partial + weight * saturations[codes[posting]];
    }
  }

  /** Forgets the documents met whose partial score is below a bound. */
  private dropBelow(bound: number): void {
    const { scores, met } = this;
    let numKept = 0;
    for (let index = 0; index < this.numMet; index++) {
      const document = met[index];
      if (scores[document] < bound) scores[document] = 0;
      else met[numKept++] = document;
    }
    this.numMet = numKept;
  }

  /** The partial score of rank `limit` among the documents met, which final scores of that rank are not below; else 0. */
  private scoreAt(limit: number): number {
    const { scores, met, numMet } = this;
    if (numMet < limit || limit === 0) return 0;
    if (this.best.length < limit) this.best = new Float64Array(limit);
    const { best } = this;
    for (let index = 0; index < limit; index++) best[index] = scores[met[index]];
    for (let parent = limit >> 1; parent >= 0; parent--) sinkLeast(best, limit, parent);
    for (let index = limit; index < numMet; index++) {
      const score = scores[met[index]];
      if (score <= best[0]) continue;
      best[0] = score;
      sinkLeast(best, limit, 0);
    }
    return best[0];
  }
}

/** Restores a heap of `size` numbers, the least at its root, below `start`. */
function sinkLeast(heap: Float64Array, size: number, start: number): void {
  const value = heap[start];
  let parent = start;
  for (let child = 2 * parent + 1; child < size; child = 2 * parent + 1) {
    if (child + 1 < size && heap[child + 1] < heap[child]) child++;
    if (value <= heap[child]) break;
    heap[parent] = heap[child];
    parent = child;
  }
  heap[parent] = value;
}
