// The catalogue of a demo page: titles and a few columns of any table that the toolkit reads, as tab-separated lines.
// The page reads it with demo/catalogue.ts.
import { readTable } from '../../data/index.js';
import { Bert2dnnError } from '../../foundation/errors.js';

/** Most products of a page: they are ranked anew at each key stroke, on a phone too. */
export const MAX_PRODUCTS = 200_000;

/** Longest cell, in UTF-16 units; what is longer is cut, since the page shows it in one row. */
const MAX_CELL_LENGTH = 400;

/** What `readCatalogue` gives. */
export interface CatalogueFile {
  titles: string[];
  /** A header line (`title` and the shown columns), then a line a product. */
  text: string;
}

/**
 * Reads the products; those without a title are left out.
 * @throws Bert2dnnError COLUMN_MISSING and others as `readTable`; TOO_FEW_EXAMPLES if no product has a title; USAGE for
 * more than MAX_PRODUCTS.
 */
export async function readCatalogue(
  inputs: readonly string[],
  titleColumn: string,
  shownColumns: readonly string[],
): Promise<CatalogueFile> {
  const titles: string[] = [];
  const lines = [['title', ...shownColumns].map(toCell).join('\t')];
  for await (const { texts, numRows } of readCells(inputs, [titleColumn, ...shownColumns])) {
    for (let row = 0; row < numRows; row++) {
      const cells = texts.map((column) => toCell(column[row]));
      if (cells[0] === '') continue;
      titles.push(cells[0]);
      lines.push(cells.join('\t'));
    }
    if (titles.length > MAX_PRODUCTS) {
      const message = `--catalogue: got more than ${MAX_PRODUCTS} products, expected at most as many`;
      throw new Bert2dnnError('USAGE', message, { hint: 'Export a part of the catalogue.' });
    }
  }
  if (titles.length === 0) {
    const message = `${inputs.join(', ')}: no row has a ${titleColumn}, expected a product`;
    throw new Bert2dnnError('TOO_FEW_EXAMPLES', message);
  }
  return { titles, text: `${lines.join('\n')}\n` };
}

/** The columns of the tables; a missing one is told of with the options that name them here. */
async function* readCells(inputs: readonly string[], columns: readonly string[]) {
  try {
    yield* readTable(inputs, { texts: columns });
  } catch (error) {
    if (!(error instanceof Bert2dnnError) || error.code !== 'COLUMN_MISSING') throw error;
    const hint = 'Name the column of the titles with --title-column, others with --show-columns.';
    throw new Bert2dnnError(error.code, error.message, { hint, cause: error });
  }
}

/** A text as a cell: no tab, no line break. */
function toCell(text: string): string {
  const cell = text.replace(/\s+/g, ' ').trim();
  if (cell.length <= MAX_CELL_LENGTH) return cell;
  // Not in the middle of a surrogate pair.
  return `${cell.slice(0, MAX_CELL_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
