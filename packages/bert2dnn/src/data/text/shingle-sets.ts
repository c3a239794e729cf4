// The shingle sets of many texts, made for joins: shingles numbered from rare to frequent, every set sorted by that.
import { type Shingler, spellForShingles, spreadShingle } from './shingles.js';

/** No such shingle. */
export const UNKNOWN_SHINGLE = -1;

/**
 * Sets of distinct spellings. Texts of one spelling share a set; sets are in order of their first text. Memory: 4 bytes
 * a shingle of a set, 16 to 32 a distinct shingle.
 */
export class ShingleSets {
  /** By set: the first text that has it. */
  readonly firstTexts: Int32Array;
  /** By text: its set. */
  readonly setOfText: Int32Array;
  /** Set s is [offsets[s], offsets[s + 1]) of `ranks`, ascending. */
  readonly offsets: Uint32Array;
  /** A shingle's rank: 0 for one in the fewest sets; equals in order of first appearance. */
  readonly ranks: Int32Array;
  readonly numShingles: number;
  private readonly numbers: ShingleNumbers;

  constructor(texts: readonly string[], shingler: Shingler) {
    const { firstTexts, setOfText } = groupSpellings(texts);
    this.firstTexts = firstTexts;
    this.setOfText = setOfText;
    this.numbers = new ShingleNumbers();
    this.offsets = new Uint32Array(firstTexts.length + 1);
    let numbers = new Int32Array(1024);
    firstTexts.forEach((textIndex, set) => {
      const count = shingler.read(texts[textIndex]);
      const start = this.offsets[set];
      if (start + count > numbers.length) numbers = growTo(numbers, start + count);
      for (let index = 0; index < count; index++) {
        numbers[start + index] = this.numbers.add(shingler.shingles[index]);
      }
      this.offsets[set + 1] = start + count;
    });
    this.numShingles = this.numbers.size;
    const used = numbers.subarray(0, this.offsets[firstTexts.length]);
    const rankOfNumber = rankByCount(used, this.numShingles);
    this.numbers.renumber(rankOfNumber);
    this.ranks = used.map((number) => rankOfNumber[number]);
    for (let set = 0; set < firstTexts.length; set++) {
      this.ranks.subarray(this.offsets[set], this.offsets[set + 1]).sort();
    }
  }

  /** The rank of a shingle, or `UNKNOWN_SHINGLE`. */
  rankOf(shingle: number): number {
    return this.numbers.find(shingle);
  }
}

function groupSpellings(texts: readonly string[]): {
  firstTexts: Int32Array;
  setOfText: Int32Array;
} {
  const sets = new Map<string, number>();
  const firstTexts: number[] = [];
  const setOfText = Int32Array.from(texts, (text, textIndex) => {
    const spelling = spellForShingles(text);
    const known = sets.get(spelling);
    if (known !== undefined) return known;
    sets.set(spelling, firstTexts.length);
    return firstTexts.push(textIndex) - 1;
  });
  return { firstTexts: Int32Array.from(firstTexts), setOfText };
}

/** Ranks of numbers by how often they stand in `numbers`. */
function rankByCount(numbers: Int32Array, numDistinct: number): Int32Array {
  const counts = new Uint32Array(numDistinct);
  for (const number of numbers) counts[number]++;
  const order = Uint32Array.from({ length: numDistinct }, (_, number) => number);
  order.sort((left, right) => counts[left] - counts[right] || left - right);
  const ranks = new Int32Array(numDistinct);
  order.forEach((number, rank) => {
    ranks[number] = rank;
  });
  return ranks;
}

/** Numbers shingles in order of first appearance: open addressing, at most half full. */
class ShingleNumbers {
  size = 0;
  private shingles = new Uint32Array(1 << 12);
  private numbers = new Int32Array(1 << 12).fill(UNKNOWN_SHINGLE);
  private shift = 20;

  /** The number of a shingle, a new one if it has none. */
  add(shingle: number): number {
    if (2 * this.size >= this.numbers.length) this.grow();
    const slot = this.findSlot(shingle);
    if (this.numbers[slot] === UNKNOWN_SHINGLE) {
      this.shingles[slot] = shingle;
      this.numbers[slot] = this.size++;
    }
    return this.numbers[slot];
  }

  /** The number of a shingle, or `UNKNOWN_SHINGLE`. */
  find(shingle: number): number {
    return this.numbers[this.findSlot(shingle)];
  }

  /** Gives every shingle the number that `newNumbers` has for its number; nothing may be added after that. */
  renumber(newNumbers: Int32Array): void {
    this.numbers.forEach((number, slot) => {
      if (number !== UNKNOWN_SHINGLE) this.numbers[slot] = newNumbers[number];
    });
  }

  private findSlot(shingle: number): number {
    const { shingles, numbers } = this;
    const mask = numbers.length - 1;
    let slot = spreadShingle(shingle) >>> this.shift;
    while (numbers[slot] !== UNKNOWN_SHINGLE && shingles[slot] !== shingle)
      slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { shingles, numbers } = this;
    this.shingles = new Uint32Array(2 * shingles.length);
    this.numbers = new Int32Array(2 * numbers.length).fill(UNKNOWN_SHINGLE);
    this.shift--;
    for (let slot = 0; slot < numbers.length; slot++) {
      if (numbers[slot] === UNKNOWN_SHINGLE) continue;
      const moved = this.findSlot(shingles[slot]);
      this.shingles[moved] = shingles[slot];
      this.numbers[moved] = numbers[slot];
    }
  }
}

function growTo(values: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(Math.max(length, 2 * values.length));
  grown.set(values);
  return grown;
}
