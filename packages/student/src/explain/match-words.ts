// Phrases that names of match features are made of: how a query word is found, counts, shares, kinds of words.
import { WORD_KINDS } from '../features/lexicon.js';
import type { PairMatch } from '../features/pair-match.js';
import {
  EXACT,
  INSIDE,
  JOINED,
  MATCH_CLASSES,
  MISSING,
  NEAR,
  PREFIX,
  STEM,
} from '../features/word-match.js';

/** A pair and the names of its two fields, as features are told of it. */
export interface MatchContext {
  pair: PairMatch;
  /** Name of the first field of the block, as `query`. */
  query: string;
  /** Name of the second one, as `title`. */
  title: string;
  /** The query word that the feature is about; a feature of the whole pair does not look at it. */
  index: number;
}

/** A name and the words that take part, as positions in query and title; none stand for all words of the query. */
export interface MatchName {
  feature: string;
  query?: readonly number[];
  title?: readonly number[];
}

/** A word of the query. */
export function queryWord({ pair }: MatchContext, index: number): string {
  return pair.lexicon.words[pair.query.words[index]];
}

/** A word of the title. */
export function titleWord({ pair }: MatchContext, position: number): string {
  return pair.lexicon.words[pair.title.words[position]];
}

/** `"drill" found exactly`, `"lights" found as "light"`, `"hammock" not found`; with the words that take part. */
export function foundWord(context: MatchContext): MatchName & { title: readonly number[] } {
  const { pair, index } = context;
  const word = queryWord(context, index);
  const position = pair.positions[index];
  const matchClass = pair.matchClasses[index];
  if (matchClass === MISSING) {
    return { feature: `"${word}" not found`, query: [index], title: [] };
  }
  if (matchClass === JOINED) return joinedWord(context);
  const other = titleWord(context, position);
  return {
    feature: FOUND[matchClass as keyof typeof FOUND](word, other),
    query: [index],
    title: [position],
  };
}

const FOUND = {
  [EXACT]: (word: string) => `"${word}" found exactly`,
  [STEM]: (word: string, other: string) => `"${word}" found as "${other}"`,
  [PREFIX]: (word: string, other: string) =>
    word.length < other.length
      ? `"${word}" found as the beginning of "${other}"`
      : `of "${word}" only "${other}" found`,
  [INSIDE]: (word: string, other: string) =>
    word.length < other.length
      ? `"${word}" found inside "${other}"`
      : `of "${word}" only "${other}" found`,
  [NEAR]: (word: string, other: string) => `"${word}" found one letter apart as "${other}"`,
};

/** A word of the query is two of the title, or the other way round. */
function joinedWord(context: MatchContext): MatchName & { title: readonly number[] } {
  const { pair, index } = context;
  const word = queryWord(context, index);
  const position = pair.positions[index];
  const other = titleWord(context, position);
  const isOne = other.length > word.length;
  if (isOne)
    return { feature: `"${word}" found joined in "${other}"`, query: [index], title: [position] };
  const next = titleWord(context, position + 1);
  return {
    feature: `"${word}" found as "${other} ${next}"`,
    query: [index],
    title: [position, position + 1],
  };
}

/** How sure a word is found: missing, weak, sure. */
export const SURENESS = ['not found', 'found only in part', 'found'] as const;

/** What a word looks like, by index into `WORD_KINDS`. */
export const KINDS: readonly string[] = WORD_KINDS.map((kind) =>
  kind === 'number'
    ? 'a number'
    : kind === 'code'
      ? 'a code'
      : `${kind.replace('+', ' or more')} letters`,
);

/** Ways of finding, without a word, by index into `MATCH_CLASSES`. */
export const CLASS_NAMES: readonly string[] = MATCH_CLASSES.map(
  (matchClass) =>
    ({
      exact: 'found exactly',
      stem: 'found by its stem',
      joined: 'found joined or split',
      prefix: 'found as a beginning',
      inside: 'found inside a word',
      near: 'found one letter apart',
      missing: 'not found',
    })[matchClass],
);

/** Whole numbers of a bucket: `2`, `4-6`, `20 or more`. `offset` is added, to count from 1 what the edges count from 0. */
export function countLabel(bucket: number, edges: readonly number[], offset = 0): string {
  const low = (bucket === 0 ? 0 : edges[bucket - 1]) + offset;
  if (bucket === edges.length) return `${low} or more`;
  const high = edges[bucket] - 1 + offset;
  return low === high ? String(low) : `${low}-${high}`;
}

/** Share of a bucket: `none`, `33-50 %`, `all`; the least edge is just above 0, a last one near 1 is all. */
export function shareLabel(bucket: number, edges: readonly number[]): string {
  // Nearly all is not all.
  const percent = (share: number): number => Math.min(99, Math.round(share * 100));
  const last = edges.length - 1;
  if (bucket === 0 && edges[0] < 0.01) return 'none';
  if (bucket > last) return edges[last] > 0.99 ? 'all' : `${percent(edges[last])} % or more`;
  return `${bucket === 0 ? 0 : percent(edges[bucket - 1])}-${percent(edges[bucket])} %`;
}

/** `1st`, `2nd`, `3rd`, `4th`. */
export function ordinal(count: number): string {
  const ending = count % 100 > 10 && count % 100 < 14 ? 'th' : ['th', 'st', 'nd', 'rd'][count % 10];
  return `${count}${ending ?? 'th'}`;
}

/** Whole numbers from 0 up to, but not including, `end`. */
export function upTo(end: number): number[] {
  return Array.from({ length: end }, (_, index) => index);
}
