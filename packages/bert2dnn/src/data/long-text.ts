// Texts that are too long to be texts, as bad rows.
import { Bert2dnnError } from '../foundation/errors.js';
import type { BadRow } from './bad-rows.js';
import { badPlaceOfRow, placeOfRow, type RowsPlace } from './table-rows.js';

/** A row with a text that is longer than `maxTextCharacters`. */
export function longText(
  place: RowsPlace,
  row: number,
  cell: { name: string; text: string; maxTextCharacters: number },
): BadRow {
  const { name, text, maxTextCharacters } = cell;
  const where = placeOfRow(place.file, place.lines, row, place.start);
  const error = () =>
    new Bert2dnnError(
      'FILE_FORMAT',
      `${where}: "${name}" has ${text.length} characters, expected at most ${maxTextCharacters}`,
      { hint: 'Cut the text, raise --max-text-characters, or leave it out with --bad-rows skip.' },
    );
  return { ...badPlaceOfRow(place, row), reason: 'too-long', error, excerpt: text };
}
