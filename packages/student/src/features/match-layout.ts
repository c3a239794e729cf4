// The fixed features of block `match` and their rows: features without a word in them, which hold for words that
// training never saw. They have rows of their own and never collide. The layout is part of the file format:
// rows may be added at the end only with a new format version.
import { layOut } from './family-rows.js';
import { WORD_KINDS } from './lexicon.js';
import { SHARE_EDGES, TITLE_LENGTH_EDGES } from './match-edges.js';
import { MATCH_CLASSES } from './word-match.js';

const CLASSES = MATCH_CLASSES.length;

/** Edges of the buckets; k edges make k + 1 buckets. */
export const EDGES = {
  /** Words from the end of the query: last, one before, two before, further. */
  fromQueryEnd: [1, 2, 3],
  queryLength: [2, 3, 4, 5, 6],
  titleLength: TITLE_LENGTH_EDGES,
  /** Position in the title, and words after it. */
  titlePosition: [1, 2, 4, 8, 16],
  fromTitleEnd: [1, 2, 4, 8],
  share: SHARE_EDGES,
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

/** First row of each fixed feature, and rows of all. */
export const { rows: FIXED_ROWS, numRows: NUM_FIXED_ROWS } = layOut(SIZES);
