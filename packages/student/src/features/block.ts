// What every kind of block can do: turn the texts of an example into ids. One file per kind implements it.
import type { AnalysedText } from './analysed-text.js';
import type { IdBags } from './feature-buffer.js';

/** A block of features, ready to run. */
export interface FeatureBlock {
  /** Adds the ids of one example to the open bag. `texts` are the example's fields in the definition's order. */
  append(texts: readonly AnalysedText[], into: IdBags): void;
}
