// The one error class of the toolkit and the table of its codes.
// A message gives place, got and expected; the hint says what to do. No formatting for a terminal here.

/** Every error code, with the exit status that the command line gives it. */
export const ERROR_CODES = {
  USAGE: 2,
  CONFIG_INVALID: 2,
  FILE_MISSING: 1,
  FILE_EMPTY: 1,
  FILE_CORRUPT: 1,
  FILE_FORMAT: 1,
  TEXT_ENCODING: 1,
  COLUMN_MISSING: 1,
  LABEL_INVALID: 1,
  LABELS_ONE_SIDED: 1,
  TOO_FEW_EXAMPLES: 1,
  TEACHER_INVALID: 1,
  TOKENIZER_INVALID: 1,
  STUDENT_INVALID: 1,
  SCORES_MISMATCH: 1,
  NOT_FINITE: 1,
  DISK_FULL: 1,
  WRITE_FAILED: 1,
  PORT_IN_USE: 1,
  STAGE_FAILED: 1,
  INTERRUPTED: 130,
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** What a `Bert2dnnError` carries beside its message. */
export interface ErrorDetail {
  /** What the reader can do about it, one sentence. */
  hint?: string;
  /** The error underneath, kept for `--debug`. */
  cause?: unknown;
}

/**
 * An error that a user can act on.
 * `message` reads `place: got, expected`, for example `clicks.tsv:1042: label must be 0..1, got "yes"`.
 */
export class Bert2dnnError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'Bert2dnnError';
    this.code = code;
    this.hint = detail.hint;
  }
}

/**
 * The known name nearest to a mistyped one, or `undefined` if none is near.
 * Near means an edit distance of at most a third of the longer name, and never more than 3.
 */
export function findNearestName(name: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let nearestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    const limit = Math.min(3, Math.ceil(Math.max(name.length, candidate.length) / 3));
    if (distance <= limit && distance < nearestDistance) {
      nearest = candidate;
      nearestDistance = distance;
    }
  }
  return nearest;
}

/** Levenshtein distance in UTF-16 units. */
export function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const substitution = previous[column - 1] + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(previous[column] + 1, current[column - 1] + 1, substitution));
    }
    previous = current;
  }
  return previous[right.length];
}
