// Match features `characters`: how alike in letters the nearest title word is to a query word that is not found for
// sure, and how much of the query's letters the title has. For misspellings further than one edit away.
import { type CharacterGrams, CommonCounter } from './character-grams.js';
import { type FamilyRows, layOut } from './family-rows.js';
import { NUMBER_KIND, WORD_KINDS } from './lexicon.js';
import { bucketIndex } from './match-layout.js';
import { type PairMatch, SURE } from './pair-match.js';

const LIKENESS_EDGES = [0.15, 0.3, 0.4, 0.5, 0.6, 0.75] as const;
const NUM_LIKENESSES = LIKENESS_EDGES.length + 1;
const COVERAGE_EDGES = [0.15, 0.3, 0.45, 0.6, 0.7, 0.8, 0.9, 0.999] as const;

const { rows: ROWS, numRows } = layOut({
  /** Likeness of the nearest title word x kind of query word x last word of the query or not. */
  nearest: NUM_LIKENESSES * WORD_KINDS.length * 2,
  /** The least of the likenesses, 1 for a word that is found. */
  least: NUM_LIKENESSES,
  /** Mean over the query's words of the likeness of the nearest title word, weighted by their n-grams. */
  coverage: COVERAGE_EDGES.length + 1,
});

/** What a reader of a row needs, see `explain/`. */
export const CHARACTERS_LAYOUT = { rows: ROWS, LIKENESS_EDGES, COVERAGE_EDGES } as const;

/** Rows of the family. */
export const NUM_CHARACTER_ROWS = numRows;

/** Adds the family's features of a pair whose query has words. Numbers are left out: 12 is not like 120. */
export function appendCharacters(
  pair: PairMatch,
  grams: CharacterGrams,
  { firstRow, into }: FamilyRows,
): void {
  const { query, lexicon, sureness } = pair;
  let [whole, covered, least] = [0, 0, 1];
  for (let index = 0; index < query.numWords; index++) {
    const word = query.words[index];
    if (lexicon.kinds[word] === NUMBER_KIND) continue;
    const numGrams = grams.of(word).length;
    whole += numGrams;
    if (sureness[index] === SURE) {
      covered += numGrams;
      continue;
    }
    const likeness = nearestLikeness(pair, grams, word);
    covered += likeness * numGrams;
    least = Math.min(least, likeness);
    const isLast = index + 1 === query.numWords ? 1 : 0;
    const row = bucketIndex(likeness, LIKENESS_EDGES) * WORD_KINDS.length + lexicon.kinds[word];
    into.push(firstRow + ROWS.nearest + row * 2 + isLast);
  }
  if (whole === 0) return;
  into.push(firstRow + ROWS.least + bucketIndex(least, LIKENESS_EDGES));
  into.push(firstRow + ROWS.coverage + bucketIndex(covered / whole, COVERAGE_EDGES));
}

/** Scratch: read anew for every word. */
const COUNTER = new CommonCounter();

/** Largest Dice coefficient of the word's n-grams with those of a title word. */
function nearestLikeness({ title, lexicon }: PairMatch, grams: CharacterGrams, word: number) {
  const wanted = grams.of(word);
  COUNTER.read(wanted);
  let best = 0;
  for (let position = 0; position < title.numWords; position++) {
    const candidate = title.words[position];
    if (lexicon.kinds[candidate] === NUMBER_KIND) continue;
    const given = grams.of(candidate);
    // No more than the shorter list can be common, so most candidates need no look.
    if ((2 * Math.min(wanted.length, given.length)) / (wanted.length + given.length) <= best)
      continue;
    best = Math.max(best, (2 * COUNTER.countIn(given)) / (wanted.length + given.length));
  }
  return best;
}
