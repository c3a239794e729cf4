// What page and worker tell each other. The page draws, the worker holds the student and the catalogue.
import type { Explanation } from '@bert2dnn/student/browser/explain';

/** What `export --format browser` says of itself: demo.json beside the page. */
export interface DemoDescription {
  /** Heading of the page. */
  name: string;
  /** The field that is typed, and the one that a product's title fills. */
  queryField: string;
  titleField: string;
  numProducts: number;
  /** Queries to begin with; the first is asked when the page opens. */
  exampleQueries: string[];
  /** Bytes of model.b2d. */
  modelSizeBytes: number;
}

/** A model in figures, for the head of the page. */
export interface ModelFacts extends DemoDescription {
  preset: string;
  /** Numbers in tables and layers. */
  numParameters: number;
  /** `float32`, `float16` or `int8`. */
  precision: string;
  /** Which executor computes, such as `simd-f32`. */
  executor: string;
  /** From the start of the worker until it could rank: fetching, checking, indexing. */
  loadMs: number;
}

/** One product of an answer. */
export interface RankedProduct {
  /** Its line in the catalogue. */
  index: number;
  title: string;
  /** Other columns, as `name: value`. */
  details: [name: string, value: string][];
  /** Calibrated probability. */
  score: number;
}

/** The state of a ranking: sent while it goes on, and at its end. */
export interface RankingState {
  /** Products scored so far, of `numProducts`. */
  numScored: number;
  isDone: boolean;
  /** Milliseconds of scoring alone. */
  scoringMs: number;
  /** The best so far, best first. */
  best: RankedProduct[];
  /** Products by score: equal bins of 0..1. */
  histogram: Uint32Array;
}

/** From the page. A `rank` replaces the one before it, finished or not. */
export type Request =
  | { kind: 'rank'; id: number; query: string }
  | { kind: 'explain'; id: number; query: string; index: number };

/** From the worker. `id` is that of the request. */
export type Answer =
  | { kind: 'ready'; facts: ModelFacts }
  | ({ kind: 'ranking'; id: number } & RankingState)
  | { kind: 'explanation'; id: number; index: number; explanation: Explanation }
  | { kind: 'failed'; message: string };
