// Rows that a teacher failed on: what is known of them, and their list beside the scores. Finding them is done elsewhere.
import { escapeControls, MAX_EXCERPT_CHARACTERS } from '../data/index.js';
import type { OutputFolder } from '../store/index.js';

/** What to do with a row that the teacher fails on even alone. */
export type FailedRowPolicy = (typeof FAILED_ROW_POLICIES)[number];

/** `fail` stops and names the row; `skip` leaves its logits out and lists it. */
export const FAILED_ROW_POLICIES = ['fail', 'skip'] as const;

/** The list in the folder of the scores. */
export const FAILED_ROWS_FILE = 'failed-rows.tsv';

/** A row without scores. */
export interface FailedRow {
  /** Counted from 0 over the whole input, as the column `row` of the shards. */
  row: number;
  reason: string;
  /** Its texts on one line, cut off. */
  excerpt: string;
}

/** The texts of a row (`texts[field][row]`) on one line of at most 200 characters. */
export function excerptOf(texts: readonly (readonly string[])[], row: number): string {
  return escapeControls(texts.map((field) => field[row]).join(' | '), MAX_EXCERPT_CHARACTERS);
}

/** Writes the list of all failed rows, or removes one where there are none. @throws Bert2dnnError DISK_FULL, WRITE_FAILED. */
export async function writeFailedRows(
  folder: OutputFolder,
  rows: readonly FailedRow[],
): Promise<void> {
  if (rows.length === 0) {
    await folder.remove(FAILED_ROWS_FILE);
    return;
  }
  const lines = rows.map(({ row, reason, excerpt }) => {
    return `${row}\t${escapeControls(reason, MAX_EXCERPT_CHARACTERS)}\t${excerpt}\n`;
  });
  await folder.putText(FAILED_ROWS_FILE, `row\treason\texcerpt\n${lines.join('')}`);
}
