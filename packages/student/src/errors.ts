// The one error class of this package and the table of its codes. No formatting for a terminal here.

/** Every error code of this package, with what it means. */
export const STUDENT_ERROR_CODES = {
  EXAMPLE_INVALID:
    'an example lacks a field, has one that the student does not know, or is no text',
  SCORE_NOT_FINITE: "a student's numbers are so large that they overflow on an example",
  SEGMENTER_MISSING:
    'a text in a script without spaces (Thai, Chinese, Japanese) on an engine without Intl.Segmenter',
  OPTION_INVALID: 'an option of loading or scoring has an impossible value',
  DEFINITION_INVALID: 'a student definition has an unknown, missing or impossible member',
  STUDENT_INVALID:
    'a student file is broken: no JSON, a changed byte, a missing or misshapen tensor',
  STUDENT_VERSION: 'a student file of another format or version',
  STUDENT_FILE_MISSING: 'a student folder or one of its files cannot be read',
  STUDENT_FETCH_FAILED:
    "a student's address that cannot be reached, or answers with an error, a web page or half a file",
  VOCABULARY_INVALID: 'a vocabulary with a token twice, broken offsets or broken UTF-8',
  SAFETENSORS_TRUNCATED: 'fewer bytes than the 8 of the header length',
  SAFETENSORS_HEADER_LENGTH: 'a header longer than the file or than the limit',
  SAFETENSORS_HEADER_JSON: 'a header that is not UTF-8, not JSON or not an object',
  SAFETENSORS_DUPLICATE_NAME: 'a name that occurs twice in the header',
  SAFETENSORS_METADATA: 'metadata that is not a map from text to text',
  SAFETENSORS_ENTRY: 'a tensor entry with a missing or unknown member',
  SAFETENSORS_DTYPE: 'a data type that the format does not have',
  SAFETENSORS_SHAPE: 'a shape that is not a list of whole numbers, or whose product is too large',
  SAFETENSORS_OFFSETS: 'offsets that are not two whole numbers in order',
  SAFETENSORS_SIZE: 'offsets that do not span what data type and shape ask for',
  SAFETENSORS_BOUNDS: 'a tensor that ends after the data',
  SAFETENSORS_OVERLAP: 'two tensors that share bytes',
  SAFETENSORS_HOLE: 'bytes of the data that belong to no tensor',
} as const;

export type StudentErrorCode = keyof typeof STUDENT_ERROR_CODES;

/** Longest message, in UTF-16 units: names in a broken file may be as long as the file. */
const MAX_MESSAGE = 2000;

function shorten(message: string): string {
  return message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE - 3)}...`;
}

/**
 * An error that a user can act on.
 * `message` reads `place: got, expected`; `hint` says what to do.
 */
export class StudentError extends Error {
  readonly code: StudentErrorCode;
  readonly hint: string | undefined;

  constructor(
    code: StudentErrorCode,
    message: string,
    detail: { hint?: string; cause?: unknown } = {},
  ) {
    super(shorten(message), detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'StudentError';
    this.code = code;
    this.hint = detail.hint;
  }
}
