// The memory of the kernels that make ids: behind what belongs to blocks, a record of every word that was asked for, worked out
// once a word. `kernels/features/memory.ts` has the same places and says what they hold.
import { UNIT_NAMES } from '../text/quantities.js';
import type { KernelMemory } from '../wasm/kernel-modules.js';
import { characterGrams } from './character-grams.js';
import { type Lexicon, NUMBER_KIND } from './lexicon.js';
import { GRAM_LENGTHS } from './match-rows.js';
import type { Vocabulary } from './vocabulary.js';
import { divisionOf, turningBit } from './word-roles.js';
import type { WordStatistics } from './word-statistics.js';

/** Bytes of memory with which all words are forgotten, before a round of examples begins. */
const ENOUGH_BYTES = 1 << 25;
/** Bytes of a record before the word's letters. */
const RECORD_BYTES = 64;
/** What a vocabulary knows of a word: its word id, and the node and the token of the word alone. */
const KNOWN_BYTES = 12;
const PAGE_BYTES = 65_536;

/** What is worked out of words. */
export interface RecordParts {
  lexicon: Lexicon;
  /** Lists of n-grams. */
  vocabularies: readonly Vocabulary[];
  /** Whether words are compared by a block `match`, and what that knows of them. */
  isCompared: boolean;
  statistics: WordStatistics | undefined;
}

/** Records of words, and other places behind them. */
export class WordRecords {
  /** The memory as 32-bit numbers; another view once it has grown. */
  numbers: Int32Array;
  /** Of each word of the lexicon: where its record is, or 0. */
  private records = new Int32Array(1 << 10);
  /** Of each character n-gram, by hash: where its counts are. */
  private readonly grams = new Map<number, number>();
  private end: number;
  private generation = 0;

  /** @param firstByte where records begin. */
  constructor(
    private readonly memory: KernelMemory,
    private readonly firstByte: number,
    private readonly parts: RecordParts,
  ) {
    this.numbers = new Int32Array(memory.buffer);
    this.end = firstByte;
  }

  /** Bytes before a record of where the kernel finds what a vocabulary knows of the word. */
  static knownBefore(vocabularyIndex: number): number {
    return KNOWN_BYTES * (vocabularyIndex + 1);
  }

  /** Begins a round of examples: forgets with the lexicon, or if there are too many words; whether it did. */
  begin(): boolean {
    const { records } = this;
    const { lexicon } = this.parts;
    const isForgotten =
      this.generation !== lexicon.generation || this.end - this.firstByte > ENOUGH_BYTES;
    if (isForgotten) {
      this.grams.clear();
      records.fill(0);
      this.numbers.fill(0, this.firstByte / 4, this.end / 4);
      this.end = this.firstByte;
      this.generation = lexicon.generation;
    }
    if (lexicon.words.length > records.length) {
      this.records = new Int32Array(2 * lexicon.words.length);
      this.records.set(records);
    }
    return isForgotten;
  }

  /** Writes where the records of some words are, from a number of the memory on; returns the number behind them. */
  writeWords(words: Int32Array, numWords: number, place: number): number {
    const { records } = this;
    for (let index = 0; index < numWords; index++) {
      const record = records[words[index]] || this.addRecord(words[index]);
      this.numbers[place + index] = record;
    }
    return place + numWords;
  }

  /** A place behind all records so far, until they are forgotten. */
  reserve(sizeBytes: number): number {
    const place = roundUp(this.end);
    this.end = place + sizeBytes;
    this.grow();
    return place;
  }

  private addRecord(word: number): number {
    const { lexicon, statistics, vocabularies, isCompared } = this.parts;
    const text = lexicon.words[word];
    const kind = lexicon.kinds[word];
    const role = lexicon.roles[word];
    const grams = isCompared
      ? characterGrams(text, GRAM_LENGTHS).map((gram) => this.countsOf(gram))
      : [];
    // Records begin with a line of the cache.
    const record = roundUp(this.end + KNOWN_BYTES * vocabularies.length);
    // Letters are halves of numbers.
    const gramsByte = record + RECORD_BYTES + 4 * Math.ceil(text.length / 2);
    this.end = gramsByte + 4 * grams.length;
    this.grow();
    const { numbers } = this;
    vocabularies.forEach(({ trie }, index) => {
      const known = trie.known(text);
      numbers.set(known, (record - WordRecords.knownBefore(index)) / 4);
    });
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
    this.records[word] = record;
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
}

function roundUp(place: number): number {
  return Math.ceil(place / RECORD_BYTES) * RECORD_BYTES;
}
