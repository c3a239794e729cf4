// How one meaning is written: synonyms, plurals, slips of the finger, numbers with units, coined names.
// Knows nothing of products and queries.
import { createRandom, type Random } from '../../foundation/random.js';
import type { MeasureKind } from './inventory.js';

/** One meaning and the ways to write it, commonest first. */
export interface Concept {
  /** The first name; unique among concepts of its kind. */
  id: string;
  names: readonly string[];
}

/** A measured quantity, for example 1500 ml. */
export interface Measure {
  kind: MeasureKind;
  /** In the kind's base unit: inches, millilitres, grams, watts, gigabytes, pieces, or the index of a size. */
  value: number;
}

/**
 * How uneven the choice among synonyms is, see `pickByRank`. Sellers prefer the first names and shoppers the last:
 * the two sides of a shop do not speak alike, and about a quarter of the wishes are met word for word.
 */
export const NAME_SKEW = 2.5;

/** Reads `name|synonym|...`. */
export function parseConcept(entry: string): Concept {
  const names = entry.split('|');
  return { id: names[0], names };
}

/** Picks an item with weights 1, 1/2^skew, 1/3^skew, ...: a Zipf law over the list's order. */
export function pickByRank<T>(items: readonly T[], skew: number, random: Random): T {
  let total = 0;
  for (let rank = 1; rank <= items.length; rank++) total += rank ** -skew;
  let draw = random.next() * total;
  for (let rank = 1; rank <= items.length; rank++) {
    draw -= rank ** -skew;
    if (draw < 0) return items[rank - 1];
  }
  return items[items.length - 1];
}

/** `pickByRank` for long lists: the table of weights is built once, a draw is a binary search. */
export function createRankSampler<T>(items: readonly T[], skew: number): (random: Random) => T {
  const cumulative = new Float64Array(items.length);
  let total = 0;
  for (let index = 0; index < items.length; index++) {
    total += (index + 1) ** -skew;
    cumulative[index] = total;
  }
  return (random) => {
    const draw = random.next() * total;
    let low = 0;
    let high = items.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle] > draw) high = middle;
      else low = middle + 1;
    }
    return items[low];
  };
}

/** Picks an item, each equally likely. */
export function pick<T>(items: readonly T[], random: Random): T {
  return items[random.nextInt(items.length)];
}

/** The last word of a name in its other number: `sofa` -> `sofas`, `boots` -> `boot`. */
export function changeNumber(name: string): string {
  if (name.length < 4) return name;
  if (/(ss|us|is|ies)$/.test(name)) return name;
  if (name.endsWith('s')) return name.slice(0, -1);
  if (/(x|ch|sh)$/.test(name)) return `${name}es`;
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return `${name}s`;
}

/**
 * A word with one slip: a letter lost, doubled or replaced, or two swapped. The first letter stays.
 * Seven in ten slips are one of two that everybody makes in this word, so they recur in a log.
 */
export function misspell(word: string, random: Random): string {
  if (word.length < 5 || /\d/.test(word)) return word;
  const isCommon = random.next() < 0.7;
  const slips = isCommon ? createRandom(random.nextInt(2), `slip:${word}`) : random;
  const place = 1 + slips.nextInt(word.length - 2);
  const before = word.slice(0, place);
  const after = word.slice(place + 1);
  switch (slips.nextInt(4)) {
    case 0:
      return before + after;
    case 1:
      return before + word[place] + word[place] + after;
    case 2:
      return before + word[place + 1] + word[place] + word.slice(place + 2);
    default:
      return before + pick([...'aeioust'], slips) + after;
  }
}

/** A coined name of two or three syllables, for brands and product lines. */
export function coinName(random: Random): string {
  const onsets = 'b br c cl d dr f g gr h j k kr l m n p pr qu r s st t tr v w z'.split(' ');
  const vowels = 'a e i o u ae ia ei oo'.split(' ');
  const codas = ['', '', 'n', 'r', 'l', 'x', 's', 'th', 'm', 'nd', 'rk'];
  let name = '';
  const numSyllables = 2 + (random.next() < 0.4 ? 1 : 0);
  for (let syllable = 0; syllable < numSyllables; syllable++) {
    name += pick(onsets, random) + pickByRank(vowels, 0.6, random);
  }
  return name + pick(codas, random);
}

const MEASURE_VALUES: Record<MeasureKind, readonly number[]> = {
  length: [0.5, 0.75, 6, 12, 18, 24, 36, 48, 60, 72, 96, 120],
  volume: [250, 330, 500, 750, 1000, 1500, 2000, 5000, 10000, 20000],
  weight: [100, 250, 500, 1000, 2000, 2500, 5000, 10000, 15000, 20000],
  apparel: [0, 1, 2, 3, 4, 5],
  pack: [2, 3, 4, 6, 8, 10, 12, 20, 24, 50],
  watt: [5, 10, 20, 40, 60, 100, 500, 800, 1200, 1500, 2000],
  storage: [16, 32, 64, 128, 256, 512, 1024, 2048],
};

const APPAREL_SIZES: readonly (readonly string[])[] = [
  ['xs', 'extra small'],
  ['s', 'small'],
  ['m', 'medium'],
  ['l', 'large'],
  ['xl', 'extra large'],
  ['xxl', '2xl', 'double xl'],
];

/** A measure of a kind, from the values that shops sell. */
export function drawMeasure(kind: MeasureKind, random: Random): Measure {
  return { kind, value: pick(MEASURE_VALUES[kind], random) };
}

/** Every way to write a measure: `3/4 in`, `0.75 inch`; `1.5 l`, `1500 ml`; `pack of 6`, `6 pcs`. */
export function writeMeasure({ kind, value }: Measure): readonly string[] {
  switch (kind) {
    case 'length':
      if (value === 0.5) return ['1/2 in', '0.5 inch', '1/2 inch'];
      if (value === 0.75) return ['3/4 in', '0.75 inch', '3/4 inch'];
      if (value % 12 === 0 && value > 12) {
        return [`${value / 12} ft`, `${value} in`, `${value / 12} foot`, `${value} inch`];
      }
      return [`${value} in`, `${value} inch`];
    case 'volume':
      return value < 1000
        ? [`${value} ml`, `${value}ml`, `${value / 1000} l`]
        : [`${value / 1000} l`, `${value / 1000}l`, `${value} ml`, `${value / 1000} litre`];
    case 'weight':
      return value < 1000
        ? [`${value} g`, `${value}g`, `${value / 1000} kg`]
        : [`${value / 1000} kg`, `${value / 1000}kg`, `${value} g`];
    case 'apparel':
      return APPAREL_SIZES[value];
    case 'pack':
      return [`pack of ${value}`, `${value} pack`, `set of ${value}`, `${value} pcs`, `${value}x`];
    case 'watt':
      return [`${value}w`, `${value} w`, `${value} watt`];
    case 'storage':
      return value < 1024
        ? [`${value} gb`, `${value}gb`]
        : [`${value / 1024} tb`, `${value / 1024}tb`, `${value} gb`];
  }
}
