// Match features `roles`: what the found words are in the title: its brand, the thing itself, or what the thing is for
// ("battery for drill"). English: the words that part a title are a list. Brands are words that begin titles.
import { type FamilyRows, layOut } from './family-rows.js';
import type { Lexicon } from './lexicon.js';
import { NOT_FOUND, type PairMatch, SURE } from './pair-match.js';
import type { WordList } from './word-match.js';
import { divisionOf, TURNING_WORDS, turningBit } from './word-roles.js';
import { NUM_START_CLASSES, type WordStatistics } from './word-statistics.js';

/** Where the query's last word is: missing, before the title's head, the head itself, behind a divider. */
const HEAD_PLACES = 4;
const NUM_DIVISIONS = 3;
/** How a word is found: missing, not for sure, as the first word of the title, elsewhere. */
const FOUND_PLACES = 4;

const { rows: ROWS, numRows } = layOut({
  /** Division of the title (none, by a word like "for", by one like "with") x place of the query's last word. */
  headPlace: NUM_DIVISIONS * HEAD_PLACES,
  /** Title's head asked for or not x query's last word missing, weak or sure. */
  heads: 2 * 3,
  /** Query has a divider or not x title has one or not. */
  dividers: 2 * 2,
  /** Turning word x title only, query only, both. */
  turning: TURNING_WORDS.length * 3,
  /** How often the query's word begins titles x how it is found. */
  brandWord: NUM_START_CLASSES * FOUND_PLACES,
  /** How often the title's first word begins titles x asked for or not x highest such class of the query's words. */
  brands: NUM_START_CLASSES * 2 * NUM_START_CLASSES,
});

/** What a reader of a row needs, see `explain/`. */
export const ROLES_LAYOUT = { rows: ROWS, TURNING_WORDS, FOUND_PLACES, HEAD_PLACES } as const;

/** Rows of the family. */
export const NUM_ROLE_ROWS = numRows;

/** Adds the family's features of a pair whose query has words. */
export function appendRoles(pair: PairMatch, statistics: WordStatistics, rows: FamilyRows): void {
  statistics.learn();
  appendHead(pair, rows);
  appendTurning(pair, rows);
  appendBrand(pair, statistics, rows);
}

function appendHead(pair: PairMatch, { firstRow, into }: FamilyRows): void {
  const { query, title, lexicon } = pair;
  const divider = findDivider(title, lexicon);
  const isDivided = divider < title.numWords;
  const head = divider - 1;
  const last = query.numWords - 1;
  let place = 0;
  if (pair.sureness[last] !== NOT_FOUND) {
    const position = pair.positions[last];
    place = position > head ? 3 : position === head ? 2 : 1;
  }
  const division = isDivided ? divisionOf(lexicon.roles[title.words[divider]]) : 0;
  into.push(firstRow + ROWS.headPlace + division * HEAD_PLACES + place);
  const isAsked = title.numWords > 0 ? pair.asked[head] : 0;
  into.push(firstRow + ROWS.heads + isAsked * 3 + pair.sureness[last]);
  const isQueryDivided = findDivider(query, lexicon) < query.numWords ? 1 : 0;
  into.push(firstRow + ROWS.dividers + isQueryDivided * 2 + (isDivided ? 1 : 0));
}

/** Place of the first divider behind the first word; `numWords` for none. */
export function findDivider({ words, numWords }: WordList, { roles }: Lexicon): number {
  for (let position = 1; position < numWords; position++) {
    if (divisionOf(roles[words[position]]) > 0) return position;
  }
  return numWords;
}

function appendTurning({ query, title, lexicon }: PairMatch, rows: FamilyRows): void {
  const queryWords = turningWords(query, lexicon);
  const titleWords = turningWords(title, lexicon);
  if ((queryWords | titleWords) === 0) return;
  for (let turning = 0; turning < TURNING_WORDS.length; turning++) {
    const state = ((titleWords >> turning) & 1) + ((queryWords >> turning) & 1) * 2;
    if (state > 0) rows.into.push(rows.firstRow + ROWS.turning + turning * 3 + state - 1);
  }
}

/** Bit i: the text has the i-th turning word, singular or plural. */
function turningWords({ words, numWords }: WordList, { roles }: Lexicon): number {
  let bits = 0;
  for (let position = 0; position < numWords; position++)
    bits |= turningBit(roles[words[position]]);
  return bits;
}

function appendBrand(
  { query, title, sureness, positions, asked }: PairMatch,
  { startClasses }: WordStatistics,
  { firstRow, into }: FamilyRows,
): void {
  let highest = 0;
  for (let index = 0; index < query.numWords; index++) {
    const startClass = startClasses[query.words[index]];
    highest = Math.max(highest, startClass);
    let place: number = sureness[index];
    if (sureness[index] === SURE) place = positions[index] === 0 ? 2 : 3;
    into.push(firstRow + ROWS.brandWord + startClass * FOUND_PLACES + place);
  }
  if (title.numWords === 0) return;
  const first = startClasses[title.words[0]] * 2 + asked[0];
  into.push(firstRow + ROWS.brands + first * NUM_START_CLASSES + highest);
}
