// One text as codes of a byte each, made in one pass over the string: words are found in them four at a time, and texts
// told apart by their hash.

/** Bits of a code. A letter's other bits are its place in the alphabet, a digit's its value; other codes have neither. */
export const LETTER = 0x80;
export const DIGIT = 0x40;
/** Codes of other units: those that rules of numbers look at are themselves, all others are this. */
export const INERT = 1;
/** Stands behind the text. */
export const END = 0;
export const QUOTE = 0x27;

/** Zeros behind the codes, so that reading a word never meets what was there before. */
const PADDING = 20;

/** Of each ASCII unit, whatever its case. */
const CODES = Uint8Array.from({ length: 128 }, (_, unit) => {
  const text = String.fromCharCode(unit);
  if (/[a-z]/i.test(text)) return LETTER | (unit & 31);
  if (/\d/.test(text)) return DIGIT | (unit & 15);
  return ` .,-/%"'`.includes(text) ? unit : INERT;
});

/** The codes of the text that was read last. Those of other units than ASCII mean nothing. */
export class TextCodes {
  /** May be longer than the text; then zeros stand behind it. */
  codes = new Uint8Array(256);
  /** The same memory. */
  view = new DataView(this.codes.buffer);
  /** Codes of the text: its units, less the quotes that are dropped. */
  length = 0;
  isAscii = true;
  /** Of the units, whatever their case. */
  hash = 0;
  /** Codes before which a quote between letters was dropped, ascending: "men's" is "mens". */
  private readonly drops: number[] = [];
  private numDrops = 0;
  /** The first one behind the place that was asked for last. */
  private nextDrop = 0;

  /** Reads a text. */
  read(text: string): void {
    const { length } = text;
    if (this.codes.length < length + PADDING) {
      this.codes = new Uint8Array(2 * (length + PADDING));
      this.view = new DataView(this.codes.buffer);
    }
    const { codes } = this;
    let units = 0;
    let hasQuote = false;
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index);
      units |= unit;
      const code = CODES[unit & 127];
      codes[index] = code;
      if (code === QUOTE) hasQuote = true;
    }
    this.isAscii = units < 128;
    this.end(length);
    this.hash = this.hashOf(0, length);
    this.numDrops = 0;
    this.nextDrop = 0;
    if (hasQuote) this.dropQuotes();
  }

  /** Hash of some codes. */
  hashOf(start: number, end: number): number {
    let hash = end - start;
    for (let index = start; index < end; index += 4) {
      hash = Math.imul(hash ^ this.fourAt(index, end), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return hash;
  }

  /** Four codes as one number, those from `end` on zeros. */
  fourAt(index: number, end: number): number {
    const four = this.view.getInt32(index, true);
    const numUnused = index + 4 - end;
    return numUnused > 0 ? four & (-1 >>> (8 * numUnused)) : four;
  }

  /** Whether a quote was dropped among some codes. Fast for ever later ones: a text may have as many of both as it has words. */
  hasDroppedIn(start: number, end: number): boolean {
    const { drops, numDrops } = this;
    if (this.nextDrop > 0 && drops[this.nextDrop - 1] > start) this.nextDrop = 0;
    while (this.nextDrop < numDrops && drops[this.nextDrop] <= start) this.nextDrop++;
    return this.nextDrop < numDrops && drops[this.nextDrop] < end;
  }

  /** Whether some codes are digits and nothing else. */
  isNumber(start: number, end: number): boolean {
    let index = start;
    while (index < end && isDigit(this.codes[index])) index++;
    return index === end;
  }

  private end(length: number): void {
    this.length = length;
    for (let index = 0; index < PADDING; index += 4) this.view.setInt32(length + index, 0);
  }

  private dropQuotes(): void {
    const { codes } = this;
    let end = 0;
    for (let index = 0; index < this.length; index++) {
      if (codes[index] === QUOTE && codes[end - 1] >= LETTER && codes[index + 1] >= LETTER) {
        this.drops[this.numDrops++] = end;
      } else codes[end++] = codes[index];
    }
    this.end(end);
  }
}

/** Whether a code is a digit's. */
export function isDigit(code: number): boolean {
  return code >= DIGIT && code < LETTER;
}

/** The text of a code, in lower case. */
export function textOfCode(code: number): string {
  if (code < DIGIT) return String.fromCharCode(code);
  return String.fromCharCode(code < LETTER ? 0x30 | (code & 15) : 0x60 | (code & 31));
}
