// A set of line numbers of one file: pages of bits, so that even 10^8 of them need 13 MB. Not a general set of integers.

const PAGE_LINES = 4096;

/** Line numbers, 0 or more. Takes at most one bit a line of the file, and a few hundred bytes for a lonely one. */
export class LineSet {
  readonly #pages = new Map<number, Uint32Array>();

  /** Adds a line. Returns whether it is new. */
  add(line: number): boolean {
    const pageIndex = Math.floor(line / PAGE_LINES);
    let page = this.#pages.get(pageIndex);
    if (page === undefined) {
      page = new Uint32Array(PAGE_LINES / 32);
      this.#pages.set(pageIndex, page);
    }
    const place = line % PAGE_LINES;
    const bit = 1 << (place & 31);
    const isNew = (page[place >> 5] & bit) === 0;
    page[place >> 5] |= bit;
    return isNew;
  }
}
