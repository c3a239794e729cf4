// The memory of the kernel that makes match features: which rows and edges features have, and a record of every word that was
// asked for, worked out once a word. `kernels/match/memory.ts` has the same places and says what they hold.
import type { MatchBlockDefinition, MatchFamily } from '../model/definition.js';
import { UNIT_NAMES } from '../text/quantities.js';
import { createMemory, type KernelMemory } from '../wasm/kernel-modules.js';
import { characterGrams } from './character-grams.js';
import { type Lexicon, NUMBER_KIND } from './lexicon.js';
import type { MatchBlockParts } from './match-block.js';
import {
  LIKENESS_EDGES,
  RATIO_EDGES,
  SHARE_EDGES,
  SPELLING_EDGES,
  TITLE_LENGTH_EDGES,
  WEIGHT_EDGES,
} from './match-edges.js';
import {
  FAMILY_ROWS,
  GRAM_LENGTHS,
  NUM_FIXED_MATCH_FEATURES,
  numFixedMatchRows,
} from './match-rows.js';
import { divisionOf, turningBit } from './word-roles.js';
import type { WordStatistics } from './word-statistics.js';

const FIRST_BYTE = 1024;
const EDGES_BYTE = FIRST_BYTE + 64;
/** Numbers of a list of edges, the last of which is infinite. */
const LIST_SIZE = 10;
/** Pairs that are compared at once, and where they lie and what is made of them: of each at most 160 words and 550 ids. */
export const MAX_PAIRS = 32;
export const PAIRS_BYTE = 4096;
export const IDS_BYTE = 7 * 4096;
/** Records, and counts of each character n-gram among them. */
const RECORDS_BYTE = 1 << 17;
/** Bytes of memory with which all words are forgotten, before a round of pairs begins. */
const ENOUGH_BYTES = 1 << 25;
/** Bytes of a record before the word's letters. */
const RECORD_BYTES = 64;
const PAGE_BYTES = 65_536;

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

/** Memory for the match features of one block. */
export class MatchMemory {
  /** The memory as 32-bit numbers; another view once it has grown. */
  numbers: Int32Array;
  /** Of each word of the lexicon: where its record is, or 0. */
  private records = new Int32Array(1 << 10);
  /** Of each character n-gram, by hash: where its counts are. */
  private readonly grams = new Map<number, number>();
  private end = RECORDS_BYTE;
  private generation = 0;

  private constructor(
    readonly memory: KernelMemory,
    private readonly lexicon: Lexicon,
    private readonly statistics: WordStatistics | undefined,
  ) {
    this.numbers = new Int32Array(memory.buffer);
  }

  /** Memory for a block; undefined where there is no room. */
  static create(
    definition: MatchBlockDefinition,
    { lexicon, statistics }: MatchBlockParts,
  ): MatchMemory | undefined {
    const memory = createMemory(RECORDS_BYTE);
    if (memory === undefined) return undefined;
    const created = new MatchMemory(memory, lexicon, statistics);
    created.writeLayout(definition);
    return created;
  }

  /** Begins a round of pairs: forgets with the lexicon, or if there are too many words. */
  begin(): void {
    const { lexicon, records } = this;
    if (this.generation !== lexicon.generation || this.end > ENOUGH_BYTES) {
      this.grams.clear();
      records.fill(0);
      this.numbers.fill(0, RECORDS_BYTE / 4, this.end / 4);
      this.end = RECORDS_BYTE;
      this.generation = lexicon.generation;
    }
    if (lexicon.words.length <= records.length) return;
    this.records = new Int32Array(2 * lexicon.words.length);
    this.records.set(records);
  }

  /** Where a word's record is. */
  recordOf(word: number): number {
    return this.records[word] || this.addRecord(word);
  }

  private addRecord(word: number): number {
    const { lexicon, statistics, records } = this;
    const text = lexicon.words[word];
    const kind = lexicon.kinds[word];
    const role = lexicon.roles[word];
    const grams = characterGrams(text, GRAM_LENGTHS).map((gram) => this.countsOf(gram));
    // Records begin with a line of the cache.
    const record = Math.ceil(this.end / RECORD_BYTES) * RECORD_BYTES;
    // Letters are halves of numbers.
    const gramsByte = record + RECORD_BYTES + 4 * Math.ceil(text.length / 2);
    this.end = gramsByte + 4 * grams.length;
    this.grow();
    const { numbers } = this;
    statistics?.learn();
    // In the kernel's order.
    const members = [
      lexicon.stems[word],
      lexicon.hashes[lexicon.stems[word]],
      text.length,
      lexicon.letters[word],
      kind,
      statistics?.importances[word] ?? 0,
      statistics?.startClasses[word] ?? 0,
      divisionOf(role),
      turningBit(role),
      text === 'x' ? 2 : UNIT_NAMES.has(text) ? 1 : 0,
      grams.length,
      gramsByte,
    ];
    numbers.set(members, record / 4);
    numbers.set(grams, gramsByte / 4);
    const doubles = new Float64Array(numbers.buffer, record, RECORD_BYTES / 8);
    doubles[6] = statistics?.weights[word] ?? 0;
    doubles[7] = kind === NUMBER_KIND ? Number(text) : 0;
    const units = new Uint16Array(numbers.buffer, record + RECORD_BYTES, text.length);
    for (let index = 0; index < text.length; index++) units[index] = text.charCodeAt(index);
    records[word] = record;
    return record;
  }

  /** Where the counts of an n-gram are; new ones get the next place, with zeros. */
  private countsOf(gram: number): number {
    const { grams } = this;
    const known = grams.get(gram);
    if (known !== undefined) return known;
    const place = this.end;
    grams.set(gram, place);
    this.end += 4;
    return place;
  }

  /** Makes the memory large enough for all records. */
  private grow(): void {
    const { memory } = this;
    const missing = this.end - memory.buffer.byteLength;
    if (missing <= 0) return;
    memory.grow(Math.ceil(missing / PAGE_BYTES) + 16);
    this.numbers = new Int32Array(memory.buffer);
  }

  private writeLayout(definition: MatchBlockDefinition): void {
    const { families = [], size } = definition;
    const numFixed = numFixedMatchRows(definition);
    const layout = [numFixed, size - numFixed, families.length];
    let firstRow = NUM_FIXED_MATCH_FEATURES;
    for (const family of families) {
      layout.push(FAMILY_KINDS.indexOf(family), firstRow);
      firstRow += FAMILY_ROWS[family];
    }
    this.numbers.set(layout, FIRST_BYTE / 4);
    const doubles = new Float64Array(this.memory.buffer, EDGES_BYTE, EDGE_LISTS.length * LIST_SIZE);
    doubles.fill(Number.POSITIVE_INFINITY);
    EDGE_LISTS.forEach((edges, list) => void doubles.set(edges, list * LIST_SIZE));
  }
}
