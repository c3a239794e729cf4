// One text as codes of a byte each, made in one pass over the string: words are found in them four at a time, and texts
// told apart by their hash.

/** Bits of a code. A letter's other bits are its place in the alphabet, a digit's its value; other codes have neither. */
export const LETTER = 0x80;
export const DIGIT = 0x40;
/** Codes of other units: those up to the slash are themselves, all others are this. 0 stands behind the text. */
const OTHER = 1;
export const QUOTE = 0x27;

/** Zeros behind the codes, so that reading a word never meets what was there before. */
const PADDING = 20;

/** Of each ASCII unit, whatever its case. */
const CODES = Uint8Array.from({ length: 128 }, (_, unit) => {
  const text = String.fromCharCode(unit);
  if (/[a-z]/i.test(text)) return LETTER | (unit & 31);
  if (/\d/.test(text)) return DIGIT | (unit & 15);
  return unit > 0 && unit < 0x30 ? unit : OTHER;
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
  /** Whether quotes between letters were dropped: "men's" is "mens". */
  hasDropped = false;
  /** Of the units, whatever their case. */
  hash = 0;

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
    this.hash = this.hashOfCodes();
    this.hasDropped = false;
    if (hasQuote) this.dropQuotes();
  }

  private end(length: number): void {
    this.length = length;
    for (let index = 0; index < PADDING; index += 4) this.view.setInt32(length + index, 0);
  }

  private hashOfCodes(): number {
    const { view, length } = this;
    let hash = length;
    for (let index = 0; index < length; index += 4) {
      hash = Math.imul(hash ^ view.getInt32(index, true), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return hash;
  }

  private dropQuotes(): void {
    const { codes } = this;
    let end = 0;
    for (let index = 0; index < this.length; index++) {
      if (codes[index] === QUOTE && codes[end - 1] >= LETTER && codes[index + 1] >= LETTER) {
        this.hasDropped = true;
      } else codes[end++] = codes[index];
    }
    this.end(end);
  }
}

/** The text of a code, in lower case. */
export function textOfCode(code: number): string {
  if (code < DIGIT) return String.fromCharCode(code);
  return String.fromCharCode(code < LETTER ? 0x30 | (code & 15) : 0x60 | (code & 31));
}
