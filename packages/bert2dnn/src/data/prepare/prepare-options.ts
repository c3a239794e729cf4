// What `prepare` is told, and what is refused before any work begins.
import { Bert2dnnError } from '../../foundation/errors.js';
import type { Progress } from '../../foundation/progress.js';
import type { BadRowPolicy } from '../bad-rows.js';
import type { ExampleColumns } from '../example-columns.js';
import { checkShares, type MiningShares } from '../mining/mining-shares.js';
import type { SplitShares } from '../split.js';
import type { CleaningOptions } from '../text/clean-text.js';
import type { LogColumn } from './query-log.js';

/** Inputs and choices of `prepare`. */
export interface PrepareOptions {
  /** Labelled examples: files, globs or folders. */
  labelled: readonly string[];
  /** Labelled examples that are the dev split as they are; nothing of them gets into train or the transfer set. */
  dev?: readonly string[];
  /** The same for the test split. */
  test?: readonly string[];
  /** Rows for the transfer set, with the same fields; labels in them are ignored. */
  unlabelled?: readonly string[];
  /** Impressions of a shop, with the same fields: rows for the transfer set, clicks as a weak label, real queries. */
  log?: readonly string[];
  /** Columns of the log; each is looked for under its usual names where none is given. */
  logColumns?: Partial<Record<LogColumn, string>>;
  /** Items to pair with queries: the fields beside `query`, and perhaps category, brand and attributes. */
  catalogue?: readonly string[];
  /** Queries to pair with the catalogue, beside those of the labelled training rows and of the log. */
  queries?: readonly string[];
  /**
   * Rows wanted in the transfer set. Default: everything there is, and 30 mined pairs a query. Labelled training rows
   * are always in it; natural rows come before mined ones; of too many rows a random sample is kept.
   */
  transferSize?: number;
  /** Folder to write. Earlier prepared examples in it are replaced. */
  out: string;
  /** Columns of the inputs. */
  columns?: ExampleColumns;
  /** Category column of the catalogue. Default: `category` if every file has it. */
  category?: string;
  /** Brand column of the catalogue, for pseudo-queries. Default: `brand` if every file has it. */
  brand?: string;
  /** Columns of the catalogue whose values people search for, for pseudo-queries: colour, material. */
  attributes?: readonly string[];
  /** Shares of the groups in train, dev and test. Default 0.8, 0.1, 0.1; a split that is given takes none. */
  shares?: SplitShares;
  /** Shares of the mined pairs. Default: BM25 0.5, same category 0.25, random 0.25. */
  mining?: MiningShares;
  /** Most mined pairs of a query. Default 200; more fills a large transfer set from few queries. */
  maxPairsPerQuery?: number;
  /** Queries to cut from titles, categories, brands and attributes. Default: what `transferSize` needs beside real ones. */
  pseudoQueries?: number;
  /** Variants of each single text (words masked, n-grams sampled). Default 0. */
  augment?: number;
  /** Jaccard similarity (0..1] from which queries or texts are nearly the same; 0: only equal ones are. Default 0.8. */
  nearDuplicates?: number;
  /** Whether queries with e-mail addresses, phone or card numbers are left out. Default true. */
  dropPersonalData?: boolean;
  /** Steps of text cleaning that are switched off or on; all are on by default. */
  cleaning?: CleaningOptions;
  /** Most impressions of a person's session; one with more is a bot's. Default 1,000. */
  botImpressions?: number;
  /** Weight of the mean in a pair's click estimate, in examined impressions. Default 1. */
  clickPrior?: number;
  /** What a row that cannot be read does: stop everything (`fail`, the default) or be left out and listed (`skip`). */
  badRows?: BadRowPolicy;
  /** A longer text is a bad row. Default 1,000,000. */
  maxTextCharacters?: number;
  /** Rows of a part of the transfer set. Default 500,000. */
  partRows?: number;
  /** Rows that are sorted at once: fewer need less memory and more time, the result is the same. Default 1,000,000. */
  bucketRows?: number;
  /** Default 1. */
  seed?: number;
  /** Threads; the result is the same for any number. Default 1. */
  threads?: number;
  progress?: Progress;
}

/** Defaults that decide the content. */
export const PREPARE_DEFAULTS = {
  maxPairsPerQuery: 200,
  partRows: 500_000,
  nearDuplicates: 0.8,
  augment: 0,
  clickPrior: 1,
  maxTextCharacters: 1_000_000,
  seed: 1,
} as const;

/** @throws Bert2dnnError USAGE. */
export function checkPrepareOptions(options: PrepareOptions): void {
  const { transferSize, maxPairsPerQuery, partRows, bucketRows, maxTextCharacters, threads } =
    options;
  const counts = {
    transferSize,
    maxPairsPerQuery,
    partRows,
    bucketRows,
    maxTextCharacters,
    threads,
  };
  for (const [name, value] of Object.entries(counts)) checkWhole(name, value, 1);
  const { pseudoQueries, augment, botImpressions } = options;
  for (const [name, value] of Object.entries({ pseudoQueries, augment, botImpressions })) {
    checkWhole(name, value, 0);
  }
  const { nearDuplicates = 0, clickPrior = 0, mining } = options;
  if (!(nearDuplicates >= 0 && nearDuplicates <= 1)) {
    throw new Bert2dnnError('USAGE', `nearDuplicates must be 0..1, got ${nearDuplicates}`);
  }
  if (!(clickPrior >= 0 && Number.isFinite(clickPrior))) {
    throw new Bert2dnnError('USAGE', `clickPrior must be 0 or more, got ${clickPrior}`);
  }
  if (mining !== undefined) checkShares(mining);
}

function checkWhole(name: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return;
  throw new Bert2dnnError(
    'USAGE',
    `${name} must be a whole number of ${least} or more, got ${value}`,
  );
}
