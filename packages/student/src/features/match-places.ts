// What the kernel of block `match` reads of its definition: which rows and edges features have. `kernels/match/memory.ts` has
// the same places.
import type { MatchBlockDefinition, MatchFamily } from '../model/definition.js';
import {
  LIKENESS_EDGES,
  RATIO_EDGES,
  SHARE_EDGES,
  SPELLING_EDGES,
  TITLE_LENGTH_EDGES,
  WEIGHT_EDGES,
} from './match-edges.js';
import { FAMILY_ROWS, NUM_FIXED_MATCH_FEATURES, numFixedMatchRows } from './match-rows.js';

const FIRST_BYTE = 1024;
const EDGES_BYTE = FIRST_BYTE + 64;
/** Numbers of a list of edges, the last of which is infinite. */
const LIST_SIZE = 10;

/** Families in the kernel's order. */
const FAMILY_KINDS: readonly MatchFamily[] = ['importance', 'characters', 'quantities', 'roles'];
/** Edges that the kernel has no rule for, in its order. */
const EDGE_LISTS = [
  TITLE_LENGTH_EDGES,
  SHARE_EDGES,
  WEIGHT_EDGES,
  LIKENESS_EDGES,
  SPELLING_EDGES,
  RATIO_EDGES,
];

/** Writes rows and edges of a block. */
export function writeMatchPlaces(
  buffer: ArrayBuffer,
  { families = [], size }: MatchBlockDefinition,
): void {
  const numFixed = numFixedMatchRows({ families });
  const rows = [numFixed, size - numFixed, families.length];
  let firstRow = NUM_FIXED_MATCH_FEATURES;
  for (const family of families) {
    rows.push(FAMILY_KINDS.indexOf(family), firstRow);
    firstRow += FAMILY_ROWS[family];
  }
  new Int32Array(buffer).set(rows, FIRST_BYTE / 4);
  const doubles = new Float64Array(buffer, EDGES_BYTE, EDGE_LISTS.length * LIST_SIZE);
  doubles.fill(Number.POSITIVE_INFINITY);
  EDGE_LISTS.forEach((edges, list) => void doubles.set(edges, list * LIST_SIZE));
}
