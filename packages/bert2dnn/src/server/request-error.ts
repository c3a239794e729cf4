// What a client is told when a request cannot be answered: one shape for every error, one table of codes.

/** Every error code of the server with its HTTP status. */
export const REQUEST_ERRORS = {
  BODY_INVALID: 400,
  FIELD_MISSING: 400,
  FIELD_UNKNOWN: 400,
  FIELD_INVALID: 400,
  MODEL_UNKNOWN: 400,
  TOO_MANY_PAIRS: 400,
  ROUTE_UNKNOWN: 404,
  BODY_TOO_LARGE: 413,
  MEDIA_TYPE: 415,
  INTERNAL: 500,
} as const;

export type RequestErrorCode = keyof typeof REQUEST_ERRORS;

/** The body of every answer that is an error. */
export interface ErrorBody {
  error: { code: string; message: string; hint?: string };
}

/** A request that cannot be answered, in the client's words. */
export class RequestError extends Error {
  readonly code: RequestErrorCode;
  readonly hint: string | undefined;

  constructor(code: RequestErrorCode, message: string, hint?: string) {
    super(message);
    this.name = 'RequestError';
    this.code = code;
    this.hint = hint;
  }
}

/** An error as HTTP status and body; one that is not the client's tells nothing of the inside but its code. */
export function describeError(error: unknown): { status: number; body: ErrorBody } {
  const known = error instanceof RequestError ? error : fromFramework(error);
  const { code, message, hint } = known;
  return {
    status: REQUEST_ERRORS[code],
    body: { error: { code, message, ...(hint !== undefined && { hint }) } },
  };
}

function fromFramework(error: unknown): RequestError {
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  const text = error instanceof Error ? error.message : String(error);
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new RequestError(
        'BODY_TOO_LARGE',
        'body: larger than the limit of this server',
        'Send fewer pairs a request.',
      );
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new RequestError(
        'MEDIA_TYPE',
        `content-type: ${text}, expected application/json`,
        'Send JSON with the header content-type: application/json.',
      );
    default:
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new RequestError(
      'BODY_INVALID',
      `body: not valid JSON (${text})`,
      'Send a JSON object, for example {"text": "..."}.',
    );
  }
  return new RequestError('INTERNAL', 'The model could not score this request.', undefined);
}
