// The best documents seen so far: the higher score first, of equal scores the earlier document.
// A heap whose root is the worst one kept. What a score means is not known here.

/** Keeps the best `limit` of the documents offered. */
export class TopDocuments {
  limit = 0;
  size = 0;
  documents = new Uint32Array(16);
  scores = new Float64Array(16);

  /** Starts anew for another limit. */
  reset(limit: number): void {
    this.limit = limit;
    this.size = 0;
    if (limit > this.documents.length) {
      this.documents = new Uint32Array(limit);
      this.scores = new Float64Array(limit);
    }
  }

  /** A document with a lower score than this cannot get in. */
  get threshold(): number {
    if (this.size < this.limit) return 0;
    return this.limit === 0 ? Number.POSITIVE_INFINITY : this.scores[0];
  }

  offer(document: number, score: number): void {
    if (this.size < this.limit) {
      this.rise(this.size++, document, score);
    } else if (
      this.limit > 0 &&
      (score > this.scores[0] || (score === this.scores[0] && document < this.documents[0]))
    ) {
      this.sink(0, this.size, document, score);
    }
  }

  /** Sorts what is kept, the best first, after which nothing may be offered until `reset`. */
  sort(): void {
    for (let last = this.size - 1; last > 0; last--) {
      const document = this.documents[last];
      const score = this.scores[last];
      this.documents[last] = this.documents[0];
      this.scores[last] = this.scores[0];
      this.sink(0, last, document, score);
    }
  }

  /** Puts a new entry where it belongs between the free place `hole` and the root. */
  private rise(hole: number, document: number, score: number): void {
    let child = hole;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.isWorse(document, score, parent)) break;
      this.move(parent, child);
      child = parent;
    }
    this.documents[child] = document;
    this.scores[child] = score;
  }

  /** Puts an entry where it belongs below the free place `hole` of a heap of `size`. */
  private sink(hole: number, size: number, document: number, score: number): void {
    let parent = hole;
    for (let child = 2 * parent + 1; child < size; child = 2 * parent + 1) {
      const other = child + 1;
      if (other < size && this.isWorse(this.documents[other], this.scores[other], child)) {
        child = other;
      }
      if (this.isWorse(document, score, child)) break;
      this.move(child, parent);
      parent = child;
    }
    this.documents[parent] = document;
    this.scores[parent] = score;
  }

  private move(from: number, to: number): void {
    this.documents[to] = this.documents[from];
    this.scores[to] = this.scores[from];
  }

  private isWorse(document: number, score: number, place: number): boolean {
    const other = this.scores[place];
    return score < other || (score === other && document > this.documents[place]);
  }
}
