// The one error class of the toolkit and the table of its codes.
// A message gives place, got and expected; the hint says what to do. No formatting for a terminal here.

interface CodeEntry {
  /** Exit status of the command line. */
  exitCode: number;
  /** What to do, where the place that throws knows nothing better. */
  hint: string;
}

/** Every error code. */
export const ERROR_CODES = {
  USAGE: { exitCode: 2, hint: 'See bert2dnn <verb> --help.' },
  CONFIG_INVALID: {
    exitCode: 2,
    hint: 'The options of a stage are those of its verb: see bert2dnn <verb> --help.',
  },
  FILE_MISSING: {
    exitCode: 1,
    hint: 'Check the path; a relative one starts from the current folder.',
  },
  FILE_EMPTY: { exitCode: 1, hint: 'Check how the file was exported, or leave it out.' },
  FILE_CORRUPT: { exitCode: 1, hint: 'Copy or make the file again; it was not changed.' },
  FILE_FORMAT: {
    exitCode: 1,
    hint: 'Readable are CSV, TSV, JSONL and Parquet, text files also as .gz or .zst.',
  },
  TEXT_ENCODING: { exitCode: 1, hint: 'Convert the file to UTF-8, for example with iconv.' },
  COLUMN_MISSING: {
    exitCode: 1,
    hint: 'Name the columns with --text or --fields, --label and --group.',
  },
  LABEL_INVALID: {
    exitCode: 1,
    hint: 'Correct the label, or give its --label-range or --classes.',
  },
  WEIGHT_INVALID: {
    exitCode: 1,
    hint: 'Every row needs a number: 1 counts as usual, 0 not at all.',
  },
  LABELS_ONE_SIDED: {
    exitCode: 1,
    hint: 'Is it the right label column, and the right --label-range?',
  },
  TOO_FEW_EXAMPLES: { exitCode: 1, hint: 'Give more rows.' },
  TEACHER_INVALID: {
    exitCode: 1,
    hint: 'Expected is a Hugging Face folder of a BERT-shaped model.',
  },
  TOKENIZER_INVALID: {
    exitCode: 1,
    hint: 'Expected is the tokenizer.json of a WordPiece, byte-level BPE or Unigram tokenizer.',
  },
  STUDENT_INVALID: { exitCode: 1, hint: 'Make the student again with bert2dnn distill.' },
  SCORES_MISMATCH: {
    exitCode: 1,
    hint: 'Score the same files again, or give the files that were scored.',
  },
  ENDPOINT_INVALID: {
    exitCode: 2,
    hint: 'docs/http-teachers.md has descriptions to copy.',
  },
  ENDPOINT_FAILED: {
    exitCode: 1,
    hint: 'Run the same command again: what was answered is kept.',
  },
  ENDPOINT_BUDGET: {
    exitCode: 1,
    hint: 'Raise "budget" in the description, then run the same command again: finished shards and answers are kept.',
  },
  NOT_FINITE: { exitCode: 1, hint: 'Lower the learning rate.' },
  DISK_FULL: {
    exitCode: 1,
    hint: 'Free some space, then run the same command again: finished work is kept.',
  },
  WRITE_FAILED: { exitCode: 1, hint: 'Check the folder and its permissions.' },
  PORT_IN_USE: { exitCode: 1, hint: 'Choose another --port, or 0 for any free one.' },
  QUEUE_UNREACHABLE: {
    exitCode: 1,
    hint: 'Is Redis running there, and is host and port right? For example redis://localhost:6379.',
  },
  QUEUE_REFUSED: { exitCode: 1, hint: 'Ask whoever runs this Redis.' },
  QUEUE_UNKNOWN: { exitCode: 1, hint: 'Nothing was submitted there yet. Check the prefix.' },
  VERSION_MISMATCH: {
    exitCode: 1,
    hint: 'Install the same version of bert2dnn where jobs are submitted and where they are done.',
  },
  WORKER_LOST: { exitCode: 1, hint: 'Has the machine enough memory? The shard is tried again.' },
  JOBS_FAILED: {
    exitCode: 1,
    hint: 'Correct the cause, then run the same command again: only what is missing is done.',
  },
  STORE_UNREACHABLE: {
    exitCode: 1,
    hint: 'Check AWS_ENDPOINT_URL and the network, then run the same command again: finished work is kept.',
  },
  STORE_REFUSED: {
    exitCode: 1,
    hint: 'Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_PROFILE, AWS_REGION and the rights on the bucket.',
  },
  STAGE_FAILED: {
    exitCode: 1,
    hint: 'Correct what the stage says, then run the same command again.',
  },
  INTERRUPTED: { exitCode: 130, hint: 'Run the same command again to go on.' },
} as const satisfies Record<string, CodeEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** What a `Bert2dnnError` carries beside its message. */
export interface ErrorDetail {
  /** What the reader can do about it, one sentence. Default: the code's. */
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
  readonly hint: string;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'Bert2dnnError';
    this.code = code;
    this.hint = detail.hint ?? ERROR_CODES[code].hint;
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
