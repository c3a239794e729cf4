// Names of the rows of the families of match features. A feature without a name does not compile.
import type { CharacterGrams } from '../features/character-grams.js';
import type { CHARACTERS_LAYOUT } from '../features/characters-family.js';
import { IMPORTANCE_LAYOUT } from '../features/importance-family.js';
import { NUMBER_KIND, WORD_KINDS } from '../features/lexicon.js';
import {
  LIKENESS_EDGES,
  RATIO_EDGES,
  SHARE_EDGES,
  SPELLING_EDGES,
  WEIGHT_EDGES,
} from '../features/match-edges.js';
import { QUANTITIES_LAYOUT, unitAfter } from '../features/quantities-family.js';
import { findDivider, ROLES_LAYOUT } from '../features/roles-family.js';
import type { WordList } from '../features/word-match.js';
import { MATCH_CLASSES } from '../features/word-match.js';
import { turningBit } from '../features/word-roles.js';
import { NUM_IMPORTANCES, NUM_START_CLASSES, RANK_EDGES } from '../features/word-statistics.js';
import { add, allTitle, type NameRow } from './fixed-names.js';
import {
  countLabel,
  foundWord,
  KINDS,
  type MatchContext,
  type MatchName,
  queryWord,
  SURENESS,
  shareLabel,
  titleWord,
  upTo,
} from './match-words.js';

type Names<Rows> = Readonly<Record<keyof Rows, NameRow>>;

const { NUM_COVERAGES, LENGTH_EDGES } = IMPORTANCE_LAYOUT;

/** Names of the family `importance`. */
export const IMPORTANCE_NAMES: Names<typeof IMPORTANCE_LAYOUT.rows> = {
  sureness: (cell, context) => {
    const { index, query } = context;
    const rank = rankLabel(Math.floor(cell / 6));
    const sureness = SURENESS[Math.floor(cell / 2) % 3];
    const last = cell % 2 === 1 ? `, last word of the ${query}` : '';
    const { title } = foundWord(context);
    const feature = `"${queryWord(context, index)}" (${rank}) ${sureness}${last}`;
    return { feature, query: [index], title };
  },
  matchClass: (cell, context) =>
    add(foundWord(context), rankLabel(Math.floor(cell / MATCH_CLASSES.length))),
  sureCoverage: (cell, context) => coverage(cell, context, 'found'),
  anyCoverage: (cell, context) => coverage(cell, context, 'found at least in part'),
  mostMissed: (cell, context) => {
    const { pair, query } = context;
    if (cell === 0) return { feature: `no word of the ${query} missing` };
    const count = Math.floor((cell - 1) / NUM_IMPORTANCES) + 1;
    const missing = upTo(pair.query.numWords).filter((index) => pair.sureness[index] === 0);
    const words = count === 1 ? '1 word' : count === 2 ? '2 words' : '3 or more words';
    const rank = rankLabel((cell - 1) % NUM_IMPORTANCES);
    return { feature: `${words} of the ${query} missing, the rarest: ${rank}`, query: missing };
  },
  titleCoverage: (cell, context) => ({
    feature: `${shareLabel(cell, WEIGHT_EDGES)} of the ${context.title} asked for, rare words counting more`,
    ...allTitle(context),
  }),
  mostUnasked: (cell, context) => {
    const { query, title } = context;
    const share = shareLabel(Math.floor(cell / (1 + NUM_IMPORTANCES)), SHARE_EDGES);
    const unasked = cell % (1 + NUM_IMPORTANCES);
    const found = `${share} of the words of the ${query} found`;
    if (unasked === 0)
      return { feature: `every word of the ${title} asked for, ${found}`, ...allTitle(context) };
    const rarest = `rarest word of the ${title} not asked for: ${rankLabel(unasked - 1)}`;
    return { feature: `${rarest}, ${found}`, ...unaskedTitle(context) };
  },
};

function coverage(cell: number, { query }: MatchContext, found: string): MatchName {
  const length = countLabel(Math.floor(cell / NUM_COVERAGES) + 1, [1, ...LENGTH_EDGES]);
  const share = shareLabel(cell % NUM_COVERAGES, WEIGHT_EDGES);
  const words = length === '1' ? '1 word' : `${length} words`;
  return { feature: `${share} of the ${query} ${found}, rare words counting more (${words})` };
}

/** How frequent a word is in the vocabulary, by class of importance. */
function rankLabel(importance: number): string {
  if (importance > RANK_EDGES.length) return 'unknown word';
  if (importance === RANK_EDGES.length) return `frequency rank above ${RANK_EDGES.at(-1)}`;
  return `frequency rank ${countLabel(importance, RANK_EDGES, 1)}`;
}

/** Words of the title that were not asked for. */
function unaskedTitle({ pair }: MatchContext): Pick<MatchName, 'query' | 'title'> {
  const title = upTo(pair.title.numWords).filter((position) => pair.asked[position] === 0);
  return { query: [], title };
}

/** Names of the family `characters`; `grams` are those that the family compares words by. */
export function charactersNames(grams: CharacterGrams): Names<typeof CHARACTERS_LAYOUT.rows> {
  return {
    nearest: (cell, context) => {
      const { index, query, title } = context;
      const likeness = shareLabel(Math.floor(cell / (WORD_KINDS.length * 2)), LIKENESS_EDGES);
      const details = `${KINDS[Math.floor(cell / 2) % WORD_KINDS.length]}${cell % 2 === 1 ? `, last word of the ${query}` : ''}`;
      const position = nearestPosition(context, grams);
      const word = `"${queryWord(context, index)}"`;
      if (position < 0) {
        return { feature: `${word} like no word of the ${title}, ${details}`, query: [index] };
      }
      const feature = `${word} ${likeness} alike to the nearest word, "${titleWord(context, position)}", ${details}`;
      return { feature, query: [index], title: [position] };
    },
    least: (cell, { query, title }) => ({
      feature: `word of the ${query} least like any of the ${title}: ${shareLabel(cell, LIKENESS_EDGES)} alike`,
    }),
    coverage: (cell, { query, title }) => ({
      feature: `${shareLabel(cell, SPELLING_EDGES)} of the spelling of the ${query} found in the ${title}`,
    }),
  };
}

/** The word of the title whose letters are most like those of the query word; -1 if none has one in common. */
function nearestPosition({ pair, index }: MatchContext, grams: CharacterGrams): number {
  const { query, title, lexicon } = pair;
  const wanted = query.words[index];
  grams.learn(query.words, query.numWords);
  grams.learn(title.words, title.numWords);
  let [best, nearest] = [0, -1];
  for (let position = 0; position < title.numWords; position++) {
    if (lexicon.kinds[title.words[position]] === NUMBER_KIND) continue;
    const given = title.words[position];
    const likeness =
      (2 * grams.common(wanted, given)) / (grams.counts[wanted] + grams.counts[given]);
    if (likeness > best) [best, nearest] = [likeness, position];
  }
  return nearest;
}

/** Names of the family `quantities`. */
export const QUANTITIES_NAMES: Names<typeof QUANTITIES_LAYOUT.rows> = {
  state: (cell, context) => {
    const { pair, index, title } = context;
    const { words } = pair.lexicon;
    const unit = unitAfter(pair.query, index, pair);
    const number = queryWord(context, index);
    const wanted = unit < 0 ? `"${number}"` : `"${number} ${words[unit]}"`;
    const state = QUANTITIES_LAYOUT.STATES[cell % QUANTITIES_LAYOUT.STATES.length];
    const what = {
      same: `in the ${title} too`,
      'other unit': `in the ${title} with another unit`,
      'other number': `another number of that unit in the ${title}`,
      numbers: `only other numbers in the ${title}`,
      'no number': `no number in the ${title}`,
    }[state];
    return { feature: `${wanted}: ${what}`, ...numberWords(context) };
  },
  ratio: (cell, context) => {
    const number = queryWord(context, context.index);
    const ratio = ratioLabel(cell);
    const feature = `"${number}": the nearest number of that unit in the ${context.title} is ${ratio} times as large`;
    return { feature, ...numberWords(context) };
  },
  worst: (cell, { query, title, pair }) => {
    const state = QUANTITIES_LAYOUT.STATES[cell % QUANTITIES_LAYOUT.STATES.length];
    const isOne = cell < QUANTITIES_LAYOUT.STATES.length;
    const which = isOne
      ? `the only number of the ${query}`
      : `the worst of the numbers of the ${query}`;
    const what = {
      same: `in the ${title} too`,
      'other unit': `in the ${title} with another unit`,
      'other number': `other in the ${title}`,
      numbers: `other in the ${title}, which has no such unit`,
      'no number': `missing, no number in the ${title}`,
    }[state];
    const { kinds } = pair.lexicon;
    const words = upTo(pair.query.numWords).filter(
      (i) => kinds[pair.query.words[i]] === NUMBER_KIND,
    );
    return { feature: `${which} is ${what}`, query: words };
  },
};

function ratioLabel(cell: number): string {
  if (cell === 0) return `less than ${RATIO_EDGES[0]}`;
  return cell === RATIO_EDGES.length
    ? `${RATIO_EDGES[cell - 1]} or more`
    : `${RATIO_EDGES[cell - 1]} to ${RATIO_EDGES[cell]}`;
}

/** The number and its unit, and where the title has the same number. */
function numberWords({ pair, index }: MatchContext): Pick<MatchName, 'query' | 'title'> {
  const { query, title } = pair;
  const unit = unitAfter(query, index, pair);
  const hasUnit = unit >= 0 && query.words[index + 1] === unit;
  const same = upTo(title.numWords).filter((at) => title.words[at] === query.words[index]);
  return { query: hasUnit ? [index, index + 1] : [index], title: same.slice(0, 1) };
}

const DIVISIONS = ['no "for" or "with" in it', 'parted by "for"', 'parted by "with"'] as const;
const STARTS = ['hardly ever', 'sometimes', 'often', 'nearly always'] as const;

/** Names of the family `roles`. */
export const ROLES_NAMES: Names<typeof ROLES_LAYOUT.rows> = {
  headPlace: (cell, context) => {
    const { pair, query, title } = context;
    const last = pair.query.numWords - 1;
    const place = [
      'not found',
      `before the thing named by the ${title}`,
      `the very thing named by the ${title}`,
      `behind the thing named by the ${title}`,
    ][cell % ROLES_LAYOUT.HEAD_PLACES];
    const division = DIVISIONS[Math.floor(cell / ROLES_LAYOUT.HEAD_PLACES)];
    return {
      feature: `last word of the ${query} "${queryWord(context, last)}": ${place} (${division})`,
      query: [last],
      title: [...headOf(pair.title, context), ...placesOf(context, last)],
    };
  },
  heads: (cell, context) => {
    const { pair, query, title } = context;
    const [head] = headOf(pair.title, context);
    const name = head === undefined ? 'nothing' : `"${titleWord(context, head)}"`;
    const asked = cell >= 3 ? 'asked for' : 'not asked for';
    return {
      feature: `thing named by the ${title}: ${name}, ${asked}; last word of the ${query} ${SURENESS[cell % 3]}`,
      query: [pair.query.numWords - 1],
      title: headOf(pair.title, context),
    };
  },
  dividers: (cell, context) => {
    const { pair, query, title } = context;
    const where = [
      `neither in the ${query} nor in the ${title}`,
      `in the ${title} only`,
      `in the ${query} only`,
      `in the ${query} and in the ${title}`,
    ];
    return {
      feature: `a word like "for" or "with" ${where[cell]}`,
      query: cell >= 2 ? [findDivider(pair.query, pair.lexicon)] : upTo(pair.query.numWords),
      title: cell % 2 === 1 ? [findDivider(pair.title, pair.lexicon)] : [],
    };
  },
  turning: (cell, context) => {
    const { pair, query, title } = context;
    const turning = Math.floor(cell / 3);
    const where = [`in the ${title} only`, `in the ${query} only`, 'in both'][cell % 3];
    const placesIn = ({ words, numWords }: WordList): number[] =>
      upTo(numWords).filter((at) => turningBit(pair.lexicon.roles[words[at]]) === 1 << turning);
    return {
      feature: `"${ROLES_LAYOUT.TURNING_WORDS[turning]}" ${where}`,
      query: placesIn(pair.query),
      title: placesIn(pair.title),
    };
  },
  brandWord: (cell, context) => {
    const { index, title } = context;
    const found = [
      'not found',
      'found only in part',
      `found as the first word of the ${title}`,
      `found behind the first word of the ${title}`,
    ][cell % ROLES_LAYOUT.FOUND_PLACES];
    const start = STARTS[Math.floor(cell / ROLES_LAYOUT.FOUND_PLACES)];
    return {
      feature: `"${queryWord(context, index)}" (${start} begins a ${title}) ${found}`,
      query: [index],
      title: placesOf(context, index),
    };
  },
  brands: (cell, context) => {
    const { query, title } = context;
    const asked = Math.floor(cell / NUM_START_CLASSES) % 2 === 1 ? 'asked for' : 'not asked for';
    const start = STARTS[Math.floor(cell / (2 * NUM_START_CLASSES))];
    const highest = STARTS[cell % NUM_START_CLASSES];
    return {
      feature: `first word of the ${title} "${titleWord(context, 0)}" (${start} begins one, as brands do) ${asked}; the ${query} has a word that ${highest} does`,
      query: upTo(context.pair.query.numWords),
      title: [0],
    };
  },
};

/** The word that names the thing: the last one before a divider, else the last one. */
function headOf(title: WordList, { pair }: MatchContext): number[] {
  return title.numWords === 0 ? [] : [findDivider(title, pair.lexicon) - 1];
}

/** Where the title has a word of the query. */
function placesOf({ pair }: MatchContext, index: number): number[] {
  return pair.positions[index] < 0 ? [] : [pair.positions[index]];
}
