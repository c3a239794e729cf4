// The one error class of the package and the table of its codes.
// A message gives place, got and expected; the hint says what to do about it.

/** Every error code of the package and when it is raised. */
export const AUTODIFF_ERROR_CODES = {
  NAME_TAKEN: 'two inputs, parameters or outputs of one graph have the same name',
  NAME_INVALID: 'a name is empty or a symbolic size is not an identifier',
  GRAPH_MISMATCH: 'tensors of different graphs meet in one operation',
  SHAPE_MISMATCH: 'shapes do not fit each other',
  DTYPE_MISMATCH: 'an operation does not take this data type',
  ATTRIBUTE_INVALID: 'an option of an operation is out of range',
  SYMBOL_UNBOUND: 'nothing that is fed determines a symbolic size',
  NOT_SCALAR: 'a loss is not a scalar',
  NO_GRADIENT: 'a loss does not depend on the tensor, or an operation has no derivative',
  FEED_MISSING: 'an input was not fed',
  FEED_UNKNOWN: 'a fed name is no input',
  FEED_SHAPE: 'a fed array has the wrong shape or length',
  FEED_DTYPE: 'a fed array has the wrong type',
  NOT_FINITE: 'the loss or a gradient is NaN or infinite',
  MODEL_INVALID: 'a model cannot be encoded or loaded',
  RUN_FAILED: 'an executor refused a run, for example for an id outside its table',
  RELEASED: 'a session was used after release()',
} as const;

export type AutodiffErrorCode = keyof typeof AUTODIFF_ERROR_CODES;

/** An error of the package; `message` reads `place: got, expected`. */
export class AutodiffError extends Error {
  readonly code: AutodiffErrorCode;
  readonly hint: string | undefined;

  constructor(
    code: AutodiffErrorCode,
    message: string,
    detail: { hint?: string; cause?: unknown } = {},
  ) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'AutodiffError';
    this.code = code;
    this.hint = detail.hint;
  }
}
