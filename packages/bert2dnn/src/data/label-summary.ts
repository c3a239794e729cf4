// Labels and weights of a whole set at a glance.
import { Bert2dnnError } from '../foundation/errors.js';

/** Labels of a set at a glance. For classes the figures are of indices. */
export interface LabelSummary {
  numLabelled: number;
  min: number;
  max: number;
  mean: number;
}

/** Counts labels and weights as they are read. */
export class LabelCount {
  private numLabelled = 0;
  private min = Number.POSITIVE_INFINITY;
  private max = Number.NEGATIVE_INFINITY;
  private sum = 0;
  private weightSum = 0;

  add({
    labels = [],
    weights = [],
  }: {
    labels?: Iterable<number>;
    weights?: Iterable<number>;
  }): void {
    for (const weight of weights) this.weightSum += weight;
    for (const label of labels) {
      if (Number.isNaN(label)) continue;
      this.numLabelled++;
      this.min = Math.min(this.min, label);
      this.max = Math.max(this.max, label);
      this.sum += label;
    }
  }

  /** @throws Bert2dnnError WEIGHT_INVALID if no row counts. */
  requireWeight({ weight, files }: { weight?: string; files: readonly string[] }): void {
    if (weight === undefined || this.weightSum > 0) return;
    throw new Bert2dnnError(
      'WEIGHT_INVALID',
      `${files.join(', ')}: every weight "${weight}" is 0, expected one above 0`,
    );
  }

  result(): LabelSummary {
    const { numLabelled, min, max, sum } = this;
    return { numLabelled, min, max, mean: numLabelled > 0 ? sum / numLabelled : Number.NaN };
  }
}
