// Match features `importance`: how much the words that are found and those that are missing say. A missing "the" is
// nothing, a missing "hammock" is everything, for queries never seen too.
import { type FamilyRows, layOut } from './family-rows.js';
import { bucketIndex, SHARE_EDGES, WEIGHT_EDGES } from './match-edges.js';
import { NOT_FOUND, type PairMatch, SURE } from './pair-match.js';
import { MATCH_CLASSES } from './word-match.js';
import { NUM_IMPORTANCES, type WordStatistics } from './word-statistics.js';

const NUM_COVERAGES = WEIGHT_EDGES.length + 1;
const LENGTH_EDGES = [2, 3, 4] as const;
const NUM_LENGTHS = LENGTH_EDGES.length + 1;
const MAX_MISSING = 3;

const { rows: ROWS, numRows } = layOut({
  /** Importance x sureness x last word of the query or not. */
  sureness: NUM_IMPORTANCES * 3 * 2,
  /** Importance x match class. */
  matchClass: NUM_IMPORTANCES * MATCH_CLASSES.length,
  /** Share of the query's weight found for sure, and in any way, by length of the query. */
  sureCoverage: NUM_COVERAGES * NUM_LENGTHS,
  anyCoverage: NUM_COVERAGES * NUM_LENGTHS,
  /** Words missing x importance of the most important one; nothing missing has the first row. */
  mostMissed: 1 + MAX_MISSING * NUM_IMPORTANCES,
  /** Share of the title's weight that was asked for. */
  titleCoverage: NUM_COVERAGES,
  /** Class of the most important title word that was not asked for, by share of the query found. */
  mostUnasked: (1 + NUM_IMPORTANCES) * (SHARE_EDGES.length + 1),
});

/** What a reader of a row needs, see `explain/`. */
export const IMPORTANCE_LAYOUT = {
  rows: ROWS,
  NUM_COVERAGES,
  LENGTH_EDGES,
} as const;

/** Rows of the family. */
export const NUM_IMPORTANCE_ROWS = numRows;

/** Adds the family's features of a pair whose query has words. */
export function appendImportance(
  pair: PairMatch,
  statistics: WordStatistics,
  rows: FamilyRows,
): void {
  const { firstRow, into } = rows;
  statistics.learn();
  const { query, matchClasses, sureness } = pair;
  const { importances, weights } = statistics;
  let whole = 0;
  let sure = 0;
  let found = 0;
  let numSure = 0;
  let numMissing = 0;
  let mostMissed = 0;
  for (let index = 0; index < query.numWords; index++) {
    const importance = importances[query.words[index]];
    const weight = weights[query.words[index]];
    const isLast = index + 1 === query.numWords ? 1 : 0;
    into.push(firstRow + ROWS.sureness + (importance * 3 + sureness[index]) * 2 + isLast);
    into.push(firstRow + ROWS.matchClass + importance * MATCH_CLASSES.length + matchClasses[index]);
    whole += weight;
    if (sureness[index] === NOT_FOUND) {
      numMissing += 1;
      mostMissed = Math.max(mostMissed, importance);
    } else found += weight;
    if (sureness[index] !== SURE) continue;
    sure += weight;
    numSure += 1;
  }
  const length = bucketIndex(query.numWords, LENGTH_EDGES) * NUM_COVERAGES;
  into.push(firstRow + ROWS.sureCoverage + length + bucketIndex(sure / whole, WEIGHT_EDGES));
  into.push(firstRow + ROWS.anyCoverage + length + bucketIndex(found / whole, WEIGHT_EDGES));
  const missing = Math.min(numMissing, MAX_MISSING);
  const missed = missing === 0 ? 0 : 1 + (missing - 1) * NUM_IMPORTANCES + mostMissed;
  into.push(firstRow + ROWS.mostMissed + missed);
  appendTitle(pair, statistics, rows, bucketIndex(numSure / query.numWords, SHARE_EDGES));
}

function appendTitle(
  { title, asked }: PairMatch,
  { importances, weights }: WordStatistics,
  { firstRow, into }: FamilyRows,
  share: number,
): void {
  if (title.numWords === 0) return;
  let whole = 0;
  let wanted = 0;
  let mostUnasked = 0;
  for (let position = 0; position < title.numWords; position++) {
    const word = title.words[position];
    whole += weights[word];
    if (asked[position] === 1) wanted += weights[word];
    else mostUnasked = Math.max(mostUnasked, 1 + importances[word]);
  }
  into.push(firstRow + ROWS.titleCoverage + bucketIndex(wanted / whole, WEIGHT_EDGES));
  into.push(firstRow + ROWS.mostUnasked + share * (1 + NUM_IMPORTANCES) + mostUnasked);
}
