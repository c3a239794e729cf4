// What a student is, as data: the JSON of `student.json`. Checked in `check-definition.ts`, run by `student.ts`.
import type { Combiner } from '../kernels/embedding-bag.js';
import type { TextDefinition } from '../text/tokenizer.js';

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };

/** N-grams of one or more fields in one bag. */
export interface NgramsBlockDefinition {
  name: string;
  kind: 'ngrams';
  /** Fields whose n-grams share the bag and the table. */
  fields: string[];
  /** Rows of the table: with `list` the number of tokens, with `hash` the number of buckets. */
  size: number;
  /** `list`: known n-grams only, others are dropped; `hash`: every n-gram, by the bucket of its hash. */
  vocabulary: 'list' | 'hash';
  /** An earlier block of this kind whose table and vocabulary are used; then this one has none of its own. */
  table?: string;
}

/** Every word of the first field with every word of the second, hashed. */
export interface CrossBlockDefinition {
  name: string;
  kind: 'cross';
  fields: [string, string];
  /** Rows of the table: hash buckets. */
  size: number;
}

/** Character n-grams of the words of one or more fields, by the bucket of their hash. Numbers are left out. */
export interface CharactersBlockDefinition {
  name: string;
  kind: 'characters';
  fields: string[];
  /** Rows of the table: hash buckets. */
  size: number;
  /** Shortest and longest n-gram, 1 to 8, the marks `<` and `>` of a word counted. */
  lengths: [number, number];
  /** An earlier block of this kind whose table is used; then this one has none of its own. */
  table?: string;
}

/** Families of fixed match features beside those that every `match` block has, see `features/match-family.ts`. */
export type MatchFamily = (typeof MATCH_FAMILIES)[number];

export const MATCH_FAMILIES = ['importance', 'characters', 'quantities', 'roles'] as const;

/** How the words of the first field (query) are found in the second (title). */
export interface MatchBlockDefinition {
  name: string;
  kind: 'match';
  fields: [string, string];
  /** Rows of the table: the fixed features (`numFixedMatchRows`) and hash buckets for those with a word in them. */
  size: number;
  /** More fixed features. Absent: none. */
  families?: MatchFamily[];
  /** The block whose `list` vocabulary, most frequent first, says how much a word says; for `importance` and `roles`. */
  statistics?: string;
}

/** One embedding bag of a student: which ids it makes from an example, and how many rows its table has. */
export type BlockDefinition =
  | NgramsBlockDefinition
  | CharactersBlockDefinition
  | CrossBlockDefinition
  | MatchBlockDefinition;

/** What turns examples into ids. */
export type FeatureDefinition = Pick<StudentDefinition, 'fields' | 'text' | 'blocks'>;

/** A student without its numbers: everything that turns an example into a score but vocabulary and weights. */
export interface StudentDefinition {
  format: 'bert2dnn-student';
  version: 1;
  /** Name of the recipe that it was made by; says nothing that the other members do not say. */
  preset: string;
  /** Names of an example's texts, in order: `['text']` or `['query', 'title']`. */
  fields: string[];
  text: TextDefinition;
  blocks: BlockDefinition[];
  /** Pairs of block names: the elementwise product of their vectors is appended to the input of the first layer. */
  products: [string, string][];
  /** Width D of every block's vector. */
  embeddingSize: number;
  combiner: Combiner;
  /** Outputs of each layer but the last, with ReLU after each. */
  hiddenLayers: number[];
  /**
   * How vectors become logits. `layers`, or absent: vectors and products in one row, through the layers.
   * `towers`: the vectors of each field through layers of its own, `hiddenLayers`, to one vector a field; the logit
   * is the dot product of the first field's vector and the sum of the others', over the root of its width, plus a bias.
   */
  head?: 'layers' | 'towers';
  /** 1 (a logit) or the number of classes. */
  numOutputs: number;
  /** Names of the classes, in the order of the outputs. */
  classes?: string[];
  /** A served probability is sigmoid or softmax of logit times `temperature`. */
  calibration: { temperature: number };
  /** Smallest and largest grade of the labels that 0 and 1 stand for. */
  labelRange?: [number, number];
  /** Where it comes from: data, options, versions. Kept as it is. */
  provenance?: Json;
}

export const STUDENT_FORMAT = 'bert2dnn-student';
export const STUDENT_VERSION = 1;
