// What becomes of rows that are wrong: the first one stops everything (`fail`), or they are left out, counted and listed
// (`skip`). Finds none itself: the readers do.
import { Bert2dnnError } from '../foundation/errors.js';
import { type BadRowEntry, BadRowList } from './bad-row-list.js';
import { LineSet } from './line-set.js';

/** What to do about a bad row. */
export const BAD_ROW_POLICIES = ['fail', 'skip'] as const;
export type BadRowPolicy = (typeof BAD_ROW_POLICIES)[number];

/**
 * Why a row is bad: `cells` a wrong number of them; `quote` text behind a closing quote, or a quote that never closes;
 * `json` no JSON object, or a wanted member that is no text; `encoding` not UTF-8; `too-long` a text or a line; `label`,
 * `weight` invalid; `number` a cell that must be one; `empty` no text in it.
 */
export type BadRowReason =
  | 'cells'
  | 'quote'
  | 'json'
  | 'encoding'
  | 'too-long'
  | 'label'
  | 'weight'
  | 'number'
  | 'empty';

/** A row that is wrong. */
export interface BadRow {
  path: string;
  /** Line on which the row begins, from 1, in a text file. */
  line?: number;
  /** Row number, from 1, in a Parquet file, which has no lines. */
  row?: number;
  reason: BadRowReason;
  /** What is thrown under `fail`; its message is listed under `skip`. Made only then: making one takes 5 us. */
  error: () => Bert2dnnError;
  /** The row or the cell, as it stands in the file. */
  excerpt?: string;
}

/** Rows that were left out. */
export interface BadRowCounts {
  numSkipped: number;
  byReason: Partial<Record<BadRowReason, number>>;
  /** By path; a file without bad rows is absent. */
  byFile: Record<string, number>;
}

/**
 * The policy, and under `skip` the list of what was left out.
 *
 * Files are read several times, and every reading finds the same bad rows. A row is known by its file and line and is
 * counted and listed once, for the reason found first; so one object serves a whole command, through all its readings
 * and sets. It lives until `close`: afterwards readings may go on, but find nothing new.
 *
 * Memory: one bit a line of the files with bad rows, and 64 Ki characters of the list.
 */
export class BadRows {
  readonly #list: BadRowList | undefined;
  readonly #known = new Map<string, LineSet>();
  readonly #byReason = new Map<BadRowReason, number>();
  readonly #byFile = new Map<string, number>();
  #numSkipped = 0;
  #numFound = 0;
  #isClosed = false;

  /** @param options.listPath a TSV of `file, line, reason, message, excerpt`; only `skip` writes it. Default: none. */
  constructor(
    readonly policy: BadRowPolicy,
    options: { listPath?: string } = {},
  ) {
    const { listPath } = options;
    if (policy === 'skip' && listPath !== undefined) this.#list = new BadRowList(listPath);
  }

  /**
   * Leaves a row out; one that is known already changes nothing.
   * @throws the row's error under `fail`; Bert2dnnError FILE_CORRUPT for a new one after `close`: the file has changed.
   */
  add(bad: BadRow): void {
    if (this.policy === 'fail') throw bad.error();
    const { path, reason } = bad;
    const place = bad.line ?? bad.row ?? 0;
    this.#numFound++;
    let known = this.#known.get(path);
    if (known === undefined) {
      known = new LineSet();
      this.#known.set(path, known);
    }
    if (!known.add(place)) return;
    if (this.#isClosed) throw changedFile(bad.error());
    this.#numSkipped++;
    this.#byReason.set(reason, (this.#byReason.get(reason) ?? 0) + 1);
    this.#byFile.set(path, (this.#byFile.get(path) ?? 0) + 1);
    this.#list?.add(entryOf(bad));
  }

  /** Bad rows by how often they were found: whether it grows tells whether a reading leaves rows out. */
  get numFound(): number {
    return this.#numFound;
  }

  /** Rows left out so far. */
  result(): BadRowCounts {
    return {
      numSkipped: this.#numSkipped,
      byReason: Object.fromEntries(this.#byReason),
      byFile: Object.fromEntries(this.#byFile),
    };
  }

  /** Puts the list in place, when everything was read once. @throws Bert2dnnError DISK_FULL, WRITE_FAILED. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#list?.close();
  }

  /** Ends without a list, after an error. */
  discard(): void {
    this.#isClosed = true;
    this.#list?.discard();
  }
}

/** The object if it says `skip`: readers that get none fail. */
export function skippingOf(badRows: BadRows | undefined): BadRows | undefined {
  return badRows?.policy === 'skip' ? badRows : undefined;
}

function entryOf({ path, line, row, reason, error, excerpt = '' }: BadRow): BadRowEntry {
  const place = line === undefined ? `row ${row}` : String(line);
  const prefix = line === undefined ? `${path}: ${place}: ` : `${path}:${place}: `;
  const message = messageOf(error);
  const isPlaced = message.startsWith(prefix);
  return {
    path,
    place,
    reason,
    message: isPlaced ? message.slice(prefix.length) : message,
    excerpt,
  };
}

/** An error's message without the stack that no one will see and that takes most of the time. */
function messageOf(error: () => Bert2dnnError): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return error().message;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function changedFile(error: Bert2dnnError): Bert2dnnError {
  return new Bert2dnnError(
    'FILE_CORRUPT',
    `${error.message}; it was right when it was first read`,
    {
      hint: 'The file has changed meanwhile: run the same command again.',
      cause: error,
    },
  );
}
