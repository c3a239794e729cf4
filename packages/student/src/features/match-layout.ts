// The fixed features of block `match` and their rows: features without a word in them, which hold for words that
// training never saw. They have rows of their own and never collide. The layout is part of the file format:
// rows may be added at the end only with a new format version.
import { WORD_KINDS } from './lexicon.js';
import { MATCH_CLASSES } from './word-match.js';

const CLASSES = MATCH_CLASSES.length;

/** Where a bucket begins: bucket i holds values from `edges[i - 1]` up to, but not including, `edges[i]`. */
export function bucketIndex(value: number, edges: readonly number[]): number {
  let bucket = 0;
  while (bucket < edges.length && value >= edges[bucket]) bucket++;
  return bucket;
}

/** Edges of the buckets; k edges make k + 1 buckets. */
export const EDGES = {
  /** Words from the end of the query: last, one before, two before, further. */
  fromQueryEnd: [1, 2, 3],
  queryLength: [2, 3, 4, 5, 6],
  titleLength: [1, 4, 7, 10, 14, 20],
  /** Position in the title, and words after it. */
  titlePosition: [1, 2, 4, 8, 16],
  fromTitleEnd: [1, 2, 4, 8],
  /** None, up to a third, up to half, up to two thirds, more, all. */
  share: [0.001, 0.334, 0.501, 0.667, 0.999],
  /** Title words between the found ones. */
  gap: [1, 2, 4, 8],
  /** Longest run of query words that stand in the title just so. */
  run: [1, 2, 3, 4],
} as const;

/** Ways two neighbours of the query stand in the title. */
export const PAIR_RELATIONS = ['adjacent', 'near', 'reversed', 'apart', 'one', 'none'] as const;

/** What became of the query's numbers. */
export const NUMBER_STATES = [
  'no number',
  'all found',
  'some found',
  'other number',
  'no number in title',
] as const;

const buckets = (edges: readonly number[]): number => edges.length + 1;

/** Number of values of each fixed feature, in the order of their rows. */
const SIZES = {
  wordClass: CLASSES,
  wordClassFromEnd: CLASSES * buckets(EDGES.fromQueryEnd),
  wordClassFirst: CLASSES,
  wordClassKind: CLASSES * WORD_KINDS.length,
  foundPosition: 2 * buckets(EDGES.titlePosition),
  /** Found words, apart for the query's last word. */
  foundFromEnd: 2 * 2 * buckets(EDGES.fromTitleEnd),
  pairRelation: 2 * PAIR_RELATIONS.length,
  /** Share of query words found for sure (exact, stem, joined), and in any way, by length of the query. */
  sureShare: buckets(EDGES.share) * buckets(EDGES.queryLength),
  anyShare: buckets(EDGES.share) * buckets(EDGES.queryLength),
  /** Share of the query's letters found for sure: long words count more. */
  letterShare: buckets(EDGES.share),
  /** Share of the title's words that the query asked for. */
  titleShare: buckets(EDGES.share),
  titleLength: buckets(EDGES.titleLength),
  numberState: NUMBER_STATES.length,
  /** Last query word missing, weak or sure x share of the others found. */
  headAndRest: 3 * buckets(EDGES.share),
  /** Last title word in the query or not x last query word missing, weak or sure. */
  titleEnd: 2 * 3,
  titleStart: 2,
  longestRun: 2 * buckets(EDGES.run),
  gap: buckets(EDGES.gap),
} as const;

type FixedFeature = keyof typeof SIZES;

/** First row of each fixed feature. */
export const FIXED_ROWS = layOutRows();

/** Rows of a `match` table that belong to fixed features; the rest are hash buckets. */
export const NUM_FIXED_MATCH_FEATURES = Object.values(SIZES).reduce((sum, size) => sum + size, 0);

function layOutRows(): Readonly<Record<FixedFeature, number>> {
  let row = 0;
  const rows: Record<string, number> = {};
  for (const [feature, size] of Object.entries(SIZES)) {
    rows[feature] = row;
    row += size;
  }
  return rows as Record<FixedFeature, number>;
}
