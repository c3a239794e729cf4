// Match features `quantities`: what became of each number of the query with its unit: "12 v" asked, "18 v" offered.
// Knows units by the names that `text/quantities.ts` gives them; it is at its best with that spelling.
import { UNIT_NAMES } from '../text/quantities.js';
import { type FamilyRows, layOut } from './family-rows.js';
import { NUMBER_KIND } from './lexicon.js';
import { bucketIndex, RATIO_EDGES } from './match-edges.js';
import type { PairMatch } from './pair-match.js';
import type { WordList } from './word-match.js';

/** What the title has for a number of the query. */
const STATES = ['same', 'other unit', 'other number', 'numbers', 'no number'] as const;
const [SAME, OTHER_UNIT, OTHER_NUMBER, NUMBERS, NO_NUMBER] = [0, 1, 2, 3, 4];

const { rows: ROWS, numRows } = layOut({
  /** State of a number without and with a unit. */
  state: 2 * STATES.length,
  /** The nearest other number of the unit. */
  ratio: RATIO_EDGES.length + 1,
  /** Worst state of all numbers of the query, by how many there are: one, several. */
  worst: 2 * STATES.length,
});

/** What a reader of a row needs, see `explain/`. */
export const QUANTITIES_LAYOUT = { rows: ROWS, STATES } as const;

/** Rows of the family. */
export const NUM_QUANTITY_ROWS = numRows;

/** Adds the family's features of a pair; a query without numbers adds nothing. */
export function appendQuantities(pair: PairMatch, { firstRow, into }: FamilyRows): void {
  const { query, lexicon } = pair;
  let numNumbers = 0;
  let worst = 0;
  for (let index = 0; index < query.numWords; index++) {
    if (lexicon.kinds[query.words[index]] !== NUMBER_KIND) continue;
    numNumbers += 1;
    const unit = unitAfter(query, index, pair);
    const { state, ratio } = findQuantity(pair, index, unit);
    into.push(firstRow + ROWS.state + (unit === -1 ? 0 : STATES.length) + state);
    if (state === OTHER_NUMBER) {
      into.push(firstRow + ROWS.ratio + bucketIndex(ratio, RATIO_EDGES));
    }
    worst = Math.max(worst, state);
  }
  if (numNumbers === 0) return;
  into.push(firstRow + ROWS.worst + (numNumbers === 1 ? 0 : STATES.length) + worst);
}

/** What the title has for the query's number at `index` with this unit. */
function findQuantity(
  pair: PairMatch,
  index: number,
  unit: number,
): { state: number; ratio: number } {
  const { query, title, lexicon } = pair;
  const wanted = query.words[index];
  const found = { state: NO_NUMBER, ratio: 0 };
  for (let position = 0; position < title.numWords; position++) {
    const word = title.words[position];
    if (lexicon.kinds[word] !== NUMBER_KIND) continue;
    const hasUnit = unit !== -1 && unitAfter(title, position, pair) === unit;
    let state = hasUnit ? OTHER_NUMBER : NUMBERS;
    if (word === wanted) state = hasUnit || unit === -1 ? SAME : OTHER_UNIT;
    if (state === OTHER_NUMBER) {
      const ratio = Number(lexicon.words[word]) / Number(lexicon.words[wanted]);
      if (distance(ratio) < distance(found.ratio)) found.ratio = ratio;
    }
    found.state = Math.min(found.state, state);
  }
  return found;
}

function distance(ratio: number): number {
  return Math.abs(Math.log(ratio));
}

/** Number of the unit that belongs to the number at `index`, -1 for none; in "2 x 4 in" both are inches. */
export function unitAfter(
  { words, numWords }: WordList,
  index: number,
  { lexicon }: PairMatch,
): number {
  let next = index + 1;
  while (
    next + 1 < numWords &&
    lexicon.words[words[next]] === 'x' &&
    lexicon.kinds[words[next + 1]] === NUMBER_KIND
  ) {
    next += 2;
  }
  return next < numWords && UNIT_NAMES.has(lexicon.words[words[next]]) ? words[next] : -1;
}
