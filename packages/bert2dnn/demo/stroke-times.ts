// Times of key strokes, for the panel of measured speed.

/** Strokes that are kept; older ones go. */
const MOST_STROKES = 500;

/** The last strokes and how long each took from the key to the finished list. */
export class StrokeTimes {
  readonly #timesMs: number[] = [];
  /** Strokes whose ranking was stopped by a newer one. */
  numOvertaken = 0;

  add(timeMs: number): void {
    this.#timesMs.push(timeMs);
    if (this.#timesMs.length > MOST_STROKES) this.#timesMs.shift();
  }

  get count(): number {
    return this.#timesMs.length;
  }

  /** The smallest time that a share of `share` (0..1) of the strokes did not exceed; NaN before the first. */
  quantile(share: number): number {
    const sorted = [...this.#timesMs].sort((left, right) => left - right);
    if (sorted.length === 0) return Number.NaN;
    return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  }
}
