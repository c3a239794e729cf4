// Counts of tokens over the whole transfer set within a stated bound of memory, and the choice of a vocabulary.
import { Bert2dnnError } from '../foundation/errors.js';

/** Options of `TokenCounts`. */
export interface TokenCountsOptions {
  /**
   * Distinct tokens held at once, default 4,000,000 (about 500 MB), at most 16,000,000 (the limit of a Map).
   * Up to it counts are exact. Beyond it the rarest tokens are dropped and counted anew if they come back, so a
   * count may be too low by at most `largestError`.
   */
  maxTokens?: number;
}

/** Counts tokens. Source of the pruning: lossy counting, Manku and Motwani, VLDB 2002. */
export class TokenCounts {
  private readonly counts = new Map<string, number>();
  private readonly maxTokens: number;
  private lost = 0;

  constructor(options: TokenCountsOptions = {}) {
    this.maxTokens = options.maxTokens ?? 4_000_000;
    if (!(this.maxTokens >= 1 && this.maxTokens <= 16_000_000)) {
      throw new Bert2dnnError(
        'USAGE',
        `vocabulary: maxTokens must be 1..16000000, got ${this.maxTokens}`,
      );
    }
  }

  /** Distinct tokens held now. */
  get size(): number {
    return this.counts.size;
  }

  /** How much too low a count can be; 0 while counts are exact. */
  get largestError(): number {
    return this.lost;
  }

  /** Counts each of the tokens once more. */
  add(tokens: readonly string[]): void {
    for (const token of tokens) this.counts.set(token, (this.counts.get(token) ?? 0) + 1);
    if (this.counts.size > this.maxTokens) this.prune();
  }

  /**
   * The `size` most frequent tokens that occur at least `minCount` times, most frequent first.
   * Ties go by UTF-16 order, so the answer does not depend on the order of the examples.
   */
  mostFrequent(size: number, minCount = 1): string[] {
    const entries = [...this.counts].filter(([, count]) => count >= minCount);
    entries.sort(([left, leftCount], [right, rightCount]) =>
      leftCount !== rightCount ? rightCount - leftCount : left < right ? -1 : 1,
    );
    return entries.slice(0, size).map(([token]) => token);
  }

  /** Drops the rarest until at most half the bound is held, so that pruning is seldom. */
  private prune(): void {
    let threshold = 0;
    while (this.counts.size > this.maxTokens / 2) {
      threshold++;
      for (const [token, count] of this.counts) {
        if (count <= threshold) this.counts.delete(token);
      }
    }
    this.lost += threshold;
  }
}
