// What a public data set is to the importer: where it comes from, which files it ships, what its rows mean, and a
// function that stages them. Reads no file itself.
import type { PublishedFiles, SourceFolder } from './source-folder.js';
import type { Staging } from './staging.js';

/** Names of the sets, as `data import` takes them. */
export type SourceName =
  | 'sst2'
  | 'imdb'
  | 'amazon-reviews'
  | 'home-depot'
  | 'crowdflower'
  | 'esci'
  | 'wands'
  | 'ms-marco';

/** Where the label is and what it means. Labels keep the scale they were published in. */
export interface SourceLabel {
  column: string;
  /** Lowest and highest published label. */
  range: readonly [number, number];
  meaning: string;
}

/** Choices of one import; each set takes some of them. */
export interface SourceOptions {
  /** The publisher's splits to take. Default: all that have labels. */
  split?: readonly string[];
  /** ESCI: the shop's country. Default `us`. */
  locale?: 'us' | 'es' | 'jp' | 'all';
  /** ESCI: only the rows of the small version (the ranking task). Default: all rows. */
  smallVersion?: boolean;
  /** ESCI: E, S, C, I as 3, 2, 1, 0 (`order`), or as the gains 1, 0.1, 0.01, 0 of the ranking task (`gain`). */
  grades?: 'order' | 'gain';
  /** Amazon reviews: labelled rows to draw; the others become unlabelled. Default 200,000. */
  maxLabelled?: number;
  /** MS MARCO: queries to draw for the labelled rows. Default 20,000. */
  maxQueries?: number;
  /** MS MARCO: most negatives of a query. Default 4. */
  negatives?: number;
  /** MS MARCO: where negatives come from. Default: the candidates file if there is one, else random passages. */
  negativesFrom?: 'candidates' | 'random';
}

export type SourceOptionName = keyof SourceOptions;

/** The files that an import can write, each `<name>.parquet`. */
export const OUTPUT_NAMES = ['labelled', 'unlabelled', 'catalogue', 'queries'] as const;
export type OutputName = (typeof OUTPUT_NAMES)[number];

/** What `DataSource.stage` is given. */
export interface StageInput {
  folder: SourceFolder;
  staging: Staging;
  options: SourceOptions;
  /** Seed of every draw. */
  seed: number;
}

/** What a set's files became: staged tables, and how to select the outputs from them. */
export interface StagedSource {
  /** A SELECT for each output, with the columns and the row order of the file. */
  outputs: Partial<Record<OutputName, string>>;
  /** Where the label's range depends on the options: the range of this import. */
  labelRange?: readonly [number, number];
  /** Column of the group that must not be split, where the labelled rows have one of their own. */
  group?: string;
  /** What a reader of the result must know: rows that were left out, labels that were assumed. */
  notes: string[];
}

/** A public data set. */
export interface DataSource extends PublishedFiles {
  name: SourceName;
  /** Licence or terms of use, as the publisher states them. */
  licence: string;
  citation: string;
  /** Fields of the model and their columns in the labelled rows. */
  fields: Readonly<Record<string, string>>;
  label: SourceLabel;
  options: readonly SourceOptionName[];
  /**
   * Reads the files into staged tables.
   * @throws Bert2dnnError with file and line for whatever is not as published.
   */
  stage(input: StageInput): Promise<StagedSource>;
}
