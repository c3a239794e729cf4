// Names of the fixed features of block `match`, read off their rows. A feature without a name does not compile.
import { NUMBER_KIND, WORD_KINDS } from '../features/lexicon.js';
import { EDGES, type FIXED_ROWS, NUMBER_STATES, PAIR_RELATIONS } from '../features/match-layout.js';
import { NOT_FOUND } from '../features/pair-match.js';
import { MATCH_CLASSES } from '../features/word-match.js';
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

/** Name of a feature's row, counted from the feature's first one. */
export type NameRow = (cell: number, context: MatchContext) => MatchName;

const SHARES = EDGES.share.length + 1;
const lastOf = ({ pair }: MatchContext): number => pair.query.numWords - 1;

/** Names of every fixed feature. */
export const FIXED_NAMES: Readonly<Record<keyof typeof FIXED_ROWS, NameRow>> = {
  wordClass: (_, context) => foundWord(context),
  wordClassFromEnd: (cell, context) => {
    const fromEnd = Math.floor(cell / MATCH_CLASSES.length);
    return add(foundWord(context), FROM_QUERY_END[fromEnd](context.query));
  },
  wordClassFirst: (_, context) => add(foundWord(context), `first word of the ${context.query}`),
  wordClassKind: (cell, context) => add(foundWord(context), KINDS[cell % WORD_KINDS.length]),
  foundPosition: (cell, context) => {
    const place = countLabel(Math.floor(cell / 2), EDGES.titlePosition, 1);
    return add(foundWord(context), `as word ${place} of the ${context.title}`);
  },
  foundFromEnd: (cell, context) => {
    const after = countLabel(Math.floor(cell / 4), EDGES.fromTitleEnd);
    const found = foundWord(context);
    const where =
      after === '0'
        ? `as the last word of the ${context.title}`
        : `with ${after} more ${plural('word', after)} behind it`;
    const last = cell % 2 === 1 ? `, last word of the ${context.query}` : '';
    return add(found, where + last);
  },
  pairRelation: (cell, context) => {
    const { index, title, query } = context;
    const pair = `"${queryWord(context, index)} ${queryWord(context, index + 1)}"`;
    const relation = RELATIONS[PAIR_RELATIONS[Math.floor(cell / 2)]](title);
    const end = cell % 2 === 1 ? `, end of the ${query}` : '';
    return { feature: `${pair}: ${relation}${end}`, ...pairWords(context) };
  },
  sureShare: (cell, context) => shareOfQuery(cell, context, 'found'),
  anyShare: (cell, context) => shareOfQuery(cell, context, 'found at least in part'),
  letterShare: (cell, { query }) => ({
    feature: `${shareLabel(cell, EDGES.share)} of the letters of the ${query} are in words found`,
  }),
  titleShare: (cell, context) => ({
    feature: `${shareLabel(cell, EDGES.share)} of the words of the ${context.title} asked for`,
    ...allTitle(context),
  }),
  titleLength: (cell, context) => {
    const length = cell === 0 ? 'no words' : `${countLabel(cell, EDGES.titleLength)} words`;
    return { feature: `${context.title} of ${length}`, ...allTitle(context) };
  },
  numberState: (cell, context) => numberState(NUMBER_STATES[cell], context),
  headAndRest: (cell, context) => {
    const last = SURENESS[Math.floor(cell / SHARES)];
    const head = `last word "${queryWord(context, lastOf(context))}" ${last}`;
    if (lastOf(context) === 0) return { feature: `${head}, the only one of the ${context.query}` };
    const share = shareLabel(cell % SHARES, EDGES.share);
    return { feature: `${head}, ${share} of the words before it found` };
  },
  titleEnd: (cell, context) => {
    const end = context.pair.title.numWords - 1;
    const asked = cell % 2 === 1 ? 'asked for' : 'not asked for';
    return {
      feature: `last word of the ${context.title} "${titleWord(context, end)}" ${asked}, last word of the ${context.query} ${SURENESS[Math.floor(cell / 2)]}`,
      query: [lastOf(context)],
      title: [end],
    };
  },
  titleStart: (cell, context) => ({
    feature: `first word of the ${context.title} "${titleWord(context, 0)}" ${cell === 1 ? 'asked for' : 'not asked for'}`,
    query: [],
    title: [0],
  }),
  longestRun: (cell, { query, title }) => {
    const run = countLabel(Math.floor(cell / 2), EDGES.run);
    const whole = cell % 2 === 1 ? `: the whole ${query}` : '';
    if (run === '0') return { feature: `no word of the ${query} found in the ${title}` };
    return {
      feature: `longest run of the ${query} in the ${title}: ${run} ${plural('word', run)}${whole}`,
    };
  },
  gap: (cell, context) => {
    const { pair, title } = context;
    const query = upTo(pair.query.numWords).filter((index) => pair.sureness[index] !== NOT_FOUND);
    const gap = countLabel(cell, EDGES.gap);
    const feature = `${gap === '0' ? 'no' : gap} other ${plural('word', gap)} of the ${title} between the words found`;
    return { feature, query };
  },
};

const FROM_QUERY_END: readonly ((query: string) => string)[] = [
  (query) => `last word of the ${query}`,
  (query) => `last word but one of the ${query}`,
  (query) => `last word but two of the ${query}`,
  (query) => `early in the ${query}`,
];

const RELATIONS: Readonly<Record<(typeof PAIR_RELATIONS)[number], (title: string) => string>> = {
  adjacent: (title) => `side by side in the ${title}`,
  near: (title) => `close together in the ${title}`,
  reversed: (title) => `side by side in the ${title}, the other way round`,
  apart: (title) => `far apart or the other way round in the ${title}`,
  one: () => 'only one of the two found',
  none: () => 'neither found',
};

/** A name with more behind it. */
export function add(name: MatchName, more: string): MatchName {
  return { ...name, feature: `${name.feature}, ${more}` };
}

/** `word` for a count of 1, `words` for any other. */
function plural(noun: string, count: string): string {
  return count === '1' ? noun : `${noun}s`;
}

/** All words of the title; of an empty one, all of the query. */
export function allTitle({ pair }: MatchContext): Pick<MatchName, 'query' | 'title'> {
  return pair.title.numWords === 0 ? {} : { query: [], title: upTo(pair.title.numWords) };
}

/** Words `index` and `index + 1` of the query, and those of the title that they match. */
export function pairWords({ pair, index }: MatchContext): Pick<MatchName, 'query' | 'title'> {
  const query = [index, index + 1];
  const found = query.map((each) => pair.positions[each]).filter((position) => position >= 0);
  return { query, title: [...new Set(found)] };
}

function shareOfQuery(cell: number, { query }: MatchContext, found: string): MatchName {
  const length = countLabel(Math.floor(cell / SHARES) + 1, [1, ...EDGES.queryLength]);
  const share = shareLabel(cell % SHARES, EDGES.share);
  return {
    feature: `${share} of the words of the ${query} ${found} (${length} ${plural('word', length)})`,
  };
}

function numberState(state: (typeof NUMBER_STATES)[number], context: MatchContext): MatchName {
  const { pair, query, title } = context;
  const { kinds } = pair.lexicon;
  const numbers = upTo(pair.query.numWords).filter(
    (i) => kinds[pair.query.words[i]] === NUMBER_KIND,
  );
  const words = numbers.length === 0 ? {} : { query: numbers };
  const feature = {
    'no number': `no number in the ${query}`,
    'all found': `every number of the ${query} found`,
    'some found': `some numbers of the ${query} found, others not`,
    'other number': `other numbers in the ${title} than in the ${query}`,
    'no number in title': `number in the ${query}, none in the ${title}`,
  }[state];
  return { feature, ...words };
}
