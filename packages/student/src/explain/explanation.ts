// Why an example got its score, as data: what `Student.explain` gives and what the renderers read.
import type { BlockDefinition } from '../model/definition.js';
import type { ExplainMethod } from './attribution.js';

/** How to explain. */
export interface ExplainOptions {
  /** Default `integrated-gradients`. */
  method?: ExplainMethod;
  /** Which of several outputs: its name or its index. Default: the most probable one. */
  output?: string | number;
}

/** Why one example got its score. All contributions are in units of the logit. */
export interface Explanation {
  /** Of the example, as `score` gives them; with several outputs of the one explained. */
  logit: number;
  score: number;
  /** Name of the output explained, where the definition names several. */
  label?: string;
  /** Logit of the baseline: no feature at all. */
  base: number;
  method: ExplainMethod;
  /** Every feature, largest absolute contribution first. */
  features: Contribution[];
  /** Every word of every field, in order, with its even share of the features that it takes part in. */
  words: WordContribution[];
  /**
   * logit - base - sum of the contributions. Base and contributions are those of the numbers that the student stands for,
   * in float64; the logit is the executor's, so with `integrated-gradients` this is what the executor rounds away: about
   * 1e-6 of the contributions' size, and with `simd-int8` and `relaxed-int8`, which round the vectors between layers to
   * 8 bits, up to 2e-2 of it. With `leave-one-out` also what features say only together, or twice.
   */
  residual: number;
}

/** What one feature adds. */
export interface Contribution {
  kind: BlockDefinition['kind'];
  /** Name of the block that it belongs to. */
  block: string;
  /** For a reader: `red drill`, `drill × cordless`, `"drill" found exactly, last word of the query`. */
  feature: string;
  contribution: number;
  /** How often it occurs. */
  count: number;
  /** The words that it takes part in: name of the field, and index of the word in it. */
  words: { field: string; word: number }[];
}

/** What one word adds. */
export interface WordContribution {
  field: string;
  /** Index of the word in its field. */
  index: number;
  /** As the student reads it: lower case, numbers and units in one spelling. */
  word: string;
  /** Span in the text as it was given, in UTF-16 units; -1 and -1 where it cannot be told. */
  start: number;
  end: number;
  contribution: number;
}
