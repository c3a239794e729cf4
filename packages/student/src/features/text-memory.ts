// The texts of a round of examples, as kernels read them: `kernels/features/memory.ts` says how. Behind them is room for ids.
import type { AnalysedText } from './analysed-text.js';
import type { WordRecords } from './word-records.js';

/** Examples that are written at once. */
export const MAX_EXAMPLES = 32;
/** Room that usually is enough. */
export const ROOM_BYTES = 1 << 17;
/** Numbers of a text: where its list begins, and where it ends. */
const TEXT_SIZE = 2;

/** Most ids that a block makes. */
export interface MostIds {
  ofExample: number;
  /** Of each word, and once more for each text. */
  ofWord: number;
}

/** Where the texts of the examples at hand are. */
export class TextMemory {
  /** Byte offsets of the texts, and of room for all ids of a block. */
  texts = 0;
  out = 0;
  private room: number;
  private roomBytes = ROOM_BYTES;

  constructor(
    readonly records: WordRecords,
    private readonly firstRoom: number,
    private readonly numFields: number,
    private readonly most: MostIds,
  ) {
    this.room = firstRoom;
  }

  /** Writes the texts of some examples, which are their fields in the definition's order. */
  write(examples: readonly (readonly AnalysedText[])[], count: number): void {
    const { records, numFields, most } = this;
    if (records.begin()) {
      this.room = this.firstRoom;
      this.roomBytes = ROOM_BYTES;
    }
    const numTexts = count * numFields;
    let numWords = 0;
    for (let index = 0; index < count; index++) {
      for (let field = 0; field < numFields; field++) numWords += examples[index][field].numWords;
    }
    const numIds = Math.max(count * most.ofExample, (numWords + numTexts) * most.ofWord);
    this.makeRoom(4 * (TEXT_SIZE * numTexts + numWords + numIds));
    this.texts = this.room;
    let entry = this.room / 4;
    let place = entry + TEXT_SIZE * numTexts;
    for (let index = 0; index < count; index++) {
      for (let field = 0; field < numFields; field++, entry += TEXT_SIZE) {
        const text = examples[index][field];
        const isAsBefore = index > 0 && text === examples[index - 1][field];
        const begin = isAsBefore ? records.numbers[entry - TEXT_SIZE * numFields] / 4 : place;
        if (!isAsBefore) place = records.writeWords(text.words, text.numWords, place);
        const { numbers } = records;
        numbers[entry] = 4 * begin;
        numbers[entry + 1] = 4 * (begin + text.numWords);
      }
    }
    this.out = 4 * place;
  }

  private makeRoom(sizeBytes: number): void {
    if (sizeBytes <= this.roomBytes) return;
    this.roomBytes = 2 * sizeBytes;
    this.room = this.records.reserve(this.roomBytes);
  }
}
