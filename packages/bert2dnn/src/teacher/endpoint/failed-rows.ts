// Rows that got no answer: counted, held against the share that is allowed, listed where they end the run.
// The list of rows that were skipped is `../failed-rows.ts`'s matter.
import { join } from 'node:path';
import { Bert2dnnError } from '../../foundation/errors.js';
import { writeFileAtomically } from '../../foundation/files.js';
import type { Row } from './protocol.js';

/** File in the folder of the answers. */
export const FAILED_ROWS_FILE = 'failed-rows.tsv';

/** If this many requests failed and none went well, something is wrong with all of them. */
const HOPELESS = 5;

/** A row without an answer. */
export interface FailedRow {
  /** Index among the rows of the call. */
  row: number;
  reason: string;
}

/** Failures of one call of `Teacher.logits`. */
export class Failures {
  readonly #numAllowed: number;
  /** Reason by the key of the question. */
  readonly #reasons = new Map<string, string>();
  #numRequests = 0;
  #hasAnswers = false;

  constructor(numRows: number, maxShare: number) {
    this.#numAllowed = Math.floor(numRows * maxShare);
  }

  /** A request went well. */
  answered(): void {
    this.#hasAnswers = true;
  }

  /** A request failed for good. */
  add(rows: readonly { key: string }[], reason: string): void {
    this.#numRequests++;
    for (const { key } of rows) this.#reasons.set(key, reason);
  }

  /** Whether asking on is no use: more rows failed than are allowed, or the first requests all did. */
  get isTooMany(): boolean {
    const isHopeless = !this.#hasAnswers && this.#numRequests >= HOPELESS;
    return isHopeless || this.#reasons.size > this.#numAllowed;
  }

  /** Rows whose question failed, by the keys of all rows in order. */
  listRows(keys: readonly string[]): FailedRow[] {
    return keys.flatMap((key, row) => {
      const reason = this.#reasons.get(key);
      return reason === undefined ? [] : [{ row, reason }];
    });
  }
}

/** Writes the list of failed rows: row, reason and the fields. Gives its path. */
export async function writeFailedRows(
  folder: string,
  failed: readonly FailedRow[],
  texts: { fields: readonly string[]; rows: readonly Row[] },
): Promise<string> {
  const path = join(folder, FAILED_ROWS_FILE);
  const lines = failed.map(({ row, reason }) => [String(row), reason, ...texts.rows[row]]);
  const table = [['row', 'reason', ...texts.fields], ...lines]
    .map((cells) => cells.map((cell) => cell.replace(/[\t\r\n]+/g, ' ')).join('\t'))
    .join('\n');
  await writeFileAtomically(path, `${table}\n`);
  return path;
}

/** The error of a call with failed rows. */
export function failedRowsError(
  place: string,
  failed: readonly FailedRow[],
  { numRows, list }: { numRows: number; list: string },
): Bert2dnnError {
  const [first] = failed;
  return new Bert2dnnError(
    'ENDPOINT_FAILED',
    `${place}: ${failed.length} of ${numRows} rows got no answer, the first: row ${first.row}: ${first.reason}; all are in ${list}`,
    {
      hint: 'Run the same command again: only rows without an answer are asked. --failed-rows skip goes on without them.',
    },
  );
}
