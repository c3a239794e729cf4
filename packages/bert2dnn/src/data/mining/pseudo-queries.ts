// Queries cut from items, for catalogues whose log has too few: what a person might have typed to find the item.
// No language model and no spelling mistakes; the lists of words that mean little are English.
import type { Random } from '../../foundation/random.js';

/** What a pseudo-query was cut from: the title's words; the category; the brand with either; an attribute's value. */
export const PSEUDO_QUERY_ORIGINS = ['title', 'category', 'brand', 'attribute'] as const;
export type PseudoQueryOrigin = (typeof PSEUDO_QUERY_ORIGINS)[number];

/** A query that may not be anyone's. */
export interface PseudoQuery {
  /** Lower-case words with single spaces. */
  query: string;
  origin: PseudoQueryOrigin;
}

/** What queries are cut from. */
export interface PseudoQueryItem {
  title: string;
  brand?: string;
  /** A name, or a path whose last part counts: `A > B > C`, `A/B/C`. */
  category?: string;
  /** Values, with a name in front or without: `red`, `Colour: red`. */
  attributes?: readonly string[];
}

/** How often a title's n-gram has 1, 2, 3, ... words. */
const TITLE_LENGTHS = [0, 0.25, 0.38, 0.24, 0.13];
/** And beside a brand. */
const BRANDED_LENGTHS = [0.3, 0.5, 0.2];
const NUM_TITLE_QUERIES = 3;
const MAX_BRAND_WORDS = 3;
const MAX_CATEGORY_WORDS = 4;
/** Words of a category beside a brand or a value: its last ones name the thing. */
const MAX_HEAD_WORDS = 2;
const MAX_VALUE_WORDS = 3;

/** Words that no one ends or begins a query with. */
const STOP_WORDS = new Set(
  'a all an and as at by each for from in inc into is it its not of on or other per plus that the this to up via w with without your'.split(
    ' ',
  ),
);
/** Words that say how much, not what. */
const MEASURE_WORDS = new Set(
  'ah bit btu cm count ct ctn db dpi feet foot ft gal gallon gb ghz gm gms gram grams hz in inch inches kb kg khz lb lbs ltr mah mb mbps mhz mm nos ohm oz pack pair pcs pc pk piece pieces pixels ppm psi qty rpm set size sq tb volt volts watt watts yd yds'.split(
    ' ',
  ),
);
const EMPTY_VALUES = /^(yes|no|none|other|others|n\/?a|unknown|true|false|-)?$/;

/**
 * Cuts queries from an item: up to three n-grams of 2 to 5 title words, those at the head of the title more often;
 * the category's name; the brand with the category and with title words; a value of an attribute with the category.
 * None is made of sizes or of words like "for" alone, none begins or ends in one of the latter, no two are equal.
 *
 * Compared with: the queries of the Home Depot relevance data (test `pseudo-queries.data.test.ts`, on real catalogue
 * titles). Lengths in words and the share of words with digits are alike; real queries have more misspellings, and
 * words that no title has.
 * @param random decides lengths and places; the same stream gives the same queries
 */
export function cutPseudoQueries(item: PseudoQueryItem, random: Random): PseudoQuery[] {
  const phrases = splitPhrases(item.title);
  const brand = wordsOf(item.brand ?? '').slice(0, MAX_BRAND_WORDS);
  const category = trimStopWords(wordsOf(lastPart(item.category ?? '')));
  const head = trimStopWords(category.slice(-MAX_HEAD_WORDS));
  const queries = new Map<string, PseudoQueryOrigin>();
  const add = (words: readonly string[], origin: PseudoQueryOrigin): void => {
    const trimmed = trimStopWords([...new Set(words)]);
    const query = trimmed.join(' ');
    if (trimmed.some(isTelling) && !queries.has(query)) queries.set(query, origin);
  };
  for (let count = 0; count < NUM_TITLE_QUERIES; count++) {
    add(cutGram(phrases, 1 + drawWeighted(TITLE_LENGTHS, random), random), 'title');
  }
  if (category.length <= MAX_CATEGORY_WORDS) add(category, 'category');
  if (brand.length > 0) {
    const known = new Set(brand);
    const others = phrases.map((phrase) => phrase.filter((word) => !known.has(word)));
    const gram = cutGram(others, 1 + drawWeighted(BRANDED_LENGTHS, random), random);
    if (head.length > 0) add([...brand, ...head], 'brand');
    if (gram.some(isTelling)) add([...brand, ...gram], 'brand');
  }
  const value = drawValue(item.attributes ?? [], random);
  if (head.length > 0 && value.length > 0) add([...value, ...head], 'attribute');
  return Array.from(queries, ([query, origin]) => ({ query, origin }));
}

/** Words as people type them: lower case, no trade marks, no punctuation at either end. */
function wordsOf(text: string): string[] {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[®©™]|\b(tm)\b/gu, ' ')
    .split(/\s+/u)
    .map((word) => word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ''))
    .filter((word) => word !== '');
}

/** The parts of a title between commas, brackets, bars and free-standing dashes, as words. */
function splitPhrases(title: string): string[][] {
  return title
    .split(/[,;|()[\]{}•]|:\s|\.\s|\s[-–—/]+\s/u)
    .map(wordsOf)
    .filter((words) => words.length > 0);
}

function lastPart(path: string): string {
  const parts = path.split(path.includes('>') ? '>' : '/').map((part) => part.trim());
  return parts.findLast((part) => part !== '') ?? '';
}

function trimStopWords(words: readonly string[]): string[] {
  let start = 0;
  let end = words.length;
  while (start < end && STOP_WORDS.has(words[start])) start++;
  while (end > start && STOP_WORDS.has(words[end - 1])) end--;
  return words.slice(start, end);
}

/** Whether a word says what a thing is: two letters in a row, and neither a measure nor a stop word. */
function isTelling(word: string): boolean {
  if (STOP_WORDS.has(word) || MEASURE_WORDS.has(word)) return false;
  // "12v", "43.2cm", "1/2in": a quantity.
  if (/^[\d.,/x*"'-]+\p{L}{0,5}$/u.test(word)) return false;
  return /\p{L}{2}|[\p{Script=Han}\p{Script=Hangul}]/u.test(word);
}

/** `length` words in a row of one phrase, or all of a shorter one; place p of the title is drawn with weight 1 / (p + 1). */
function cutGram(
  phrases: readonly (readonly string[])[],
  length: number,
  random: Random,
): string[] {
  const starts: { phrase: readonly string[]; start: number; weight: number }[] = [];
  let place = 0;
  for (const phrase of phrases) {
    const numStarts = Math.max(1, phrase.length - length + 1);
    for (let start = 0; start < Math.min(numStarts, phrase.length); start++) {
      starts.push({ phrase, start, weight: 1 / (place + start + 1) });
    }
    place += phrase.length;
  }
  if (starts.length === 0) return [];
  const weights = starts.map(({ weight }) => weight);
  const { phrase, start } = starts[drawWeighted(weights, random)];
  return phrase.slice(start, start + length);
}

/** An index, as often as its weight says. */
function drawWeighted(weights: readonly number[], random: Random): number {
  let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
  for (let index = 0; index < weights.length - 1; index++) {
    left -= weights[index];
    if (left < 0) return index;
  }
  return weights.length - 1;
}

/** The words of one attribute's value, if it is short and says something. */
function drawValue(attributes: readonly string[], random: Random): string[] {
  if (attributes.length === 0) return [];
  const attribute = attributes[random.nextInt(attributes.length)];
  const value = attribute.slice(attribute.search(/[:=][^:=]*$/) + 1).trim();
  if (EMPTY_VALUES.test(value.toLowerCase())) return [];
  const words = wordsOf(value);
  return words.length > MAX_VALUE_WORDS ? [] : words;
}
