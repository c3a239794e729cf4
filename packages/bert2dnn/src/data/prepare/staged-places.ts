// Where staged rows stand in their files, for errors. Each file is read once, however many rows are asked for.
import { type BadRow, type BadRowPolicy, BadRows } from '../bad-rows.js';
import { ALL_ROWS, openTableFile, readTableRows } from '../table-file.js';
import { badPlaceOfRow, placeOfRow } from '../table-rows.js';
import type { StagedFile } from './staged-files.js';

/** What the files were staged with: it decides which of their rows were left out. */
export interface PlaceOptions {
  /** Name in the relation -> column of the files. */
  columns: Record<string, string>;
  policy: BadRowPolicy;
  maxTextCharacters: number;
}

/** A row's place, as a `BadRow` has it and in words. */
export type RowPlace = Pick<BadRow, 'path' | 'line' | 'row'> & { words: string };

/**
 * Places of rows, one by one.
 * @param sources row numbers through all files, as `source` counts them, in ascending order
 */
export async function* placesOfRows(
  files: readonly StagedFile[],
  sources: readonly number[],
  options: PlaceOptions,
): AsyncGenerator<RowPlace> {
  let start = 0;
  let next = 0;
  for (const file of files) {
    const rows: number[] = [];
    for (; next < sources.length && sources[next] < start + file.numRows; next++) {
      rows.push(sources[next] - start);
    }
    if (rows.length > 0) yield* placesInFile(file, rows, options);
    start += file.numRows;
  }
}

async function* placesInFile(
  { path, form }: StagedFile,
  rows: readonly number[],
  { columns, policy, maxTextCharacters }: PlaceOptions,
): AsyncGenerator<RowPlace> {
  const file = await openTableFile(path);
  const placeAt = (lines: number[] | undefined, row: number, start: number): RowPlace => ({
    ...badPlaceOfRow({ file, lines, start }, row),
    words: placeOfRow(file, lines, row, start),
  });
  if (form === 'in-place') {
    for (const row of rows) yield placeAt(undefined, row, 0);
    return;
  }
  const wanted = Object.values(columns).map((name) => ({ name, kind: 'text' as const }));
  // What was left out then is left out again, and listed already.
  const options = { badRows: new BadRows(policy), maxTextCharacters };
  let start = 0;
  let next = 0;
  for await (const { numRows, lines } of readTableRows(file, wanted, ALL_ROWS, options)) {
    for (; next < rows.length && rows[next] < start + numRows; next++) {
      yield placeAt(lines, rows[next] - start, start);
    }
    if (next === rows.length) return;
    start += numRows;
  }
}
