// The catalogue as the page reads it: tab-separated, a header line, the title first. `export --format browser` wrote it.

/** Products by line. */
export interface Catalogue {
  titles: string[];
  /** Names of the columns beside the title. */
  columns: string[];
  /** By product, in the order of `columns`. */
  details: string[][];
}

/**
 * Reads a catalogue.
 * @throws Error if a line has another number of cells than the header.
 */
export function parseCatalogue(text: string): Catalogue {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const [, ...columns] = (lines.shift() ?? '').split('\t');
  const titles: string[] = [];
  const details: string[][] = [];
  for (const [index, line] of lines.entries()) {
    const [title, ...cells] = line.split('\t');
    if (cells.length !== columns.length) {
      const expected = `${columns.length + 1} as the header`;
      throw new Error(
        `catalogue.tsv:${index + 2}: got ${cells.length + 1} cells, expected ${expected}`,
      );
    }
    titles.push(title);
    details.push(cells);
  }
  return { titles, columns, details };
}
