// Errors of an object store in the user's words. No key, no signature and no header gets into a message.
import { Bert2dnnError, type ErrorCode } from '../foundation/errors.js';

/** What is read of an error of the client: its name is S3's code. */
interface ClientError {
  name?: string;
  message?: string;
  code?: string;
  $metadata?: { httpStatusCode?: number; attempts?: number };
}

/** S3's codes, and the client's, for credentials that are not there or are not right. */
const REFUSED = new Set([
  'AccessDenied',
  'AllAccessDisabled',
  'AuthorizationHeaderMalformed',
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'Forbidden',
  'InvalidAccessKeyId',
  'InvalidToken',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'TokenProviderError',
  'Unauthorized',
]);

/** S3's codes for bytes that are not those of the checksums that were sent with them. */
const DAMAGED = new Set(['BadDigest', 'InvalidDigest', 'XAmzContentSHA256Mismatch']);

/** Whether an error says that there is no such object. */
export function isNoObject(error: unknown): boolean {
  const { name } = error as ClientError;
  return name === 'NoSuchKey' || (name === 'NotFound' && statusOf(error) === 404);
}

/** Whether doing the same again may go well: the line was cut, or the server had a bad moment. */
export function isPassing(error: unknown): boolean {
  const status = statusOf(error);
  if (status !== undefined) return status >= 500 || status === 408 || status === 429;
  if (error instanceof Bert2dnnError || isWrongChecksum(error)) return false;
  return !REFUSED.has((error as ClientError).name ?? '');
}

/** Whether the client found that an answer's bytes are not those of the checksum that the store keeps. */
function isWrongChecksum(error: unknown): boolean {
  return /^checksum mismatch/i.test((error as ClientError).message ?? '');
}

function statusOf(error: unknown): number | undefined {
  return (error as ClientError).$metadata?.httpStatusCode;
}

const AGAIN =
  'Run the same command again; if it is the same then, the object is damaged: upload it anew.';

/** What an error means: the code and the words behind the place, and what to do. */
type Meaning = [code: ErrorCode, words: string, hint?: string];

/** An error about `uri`; one that is described already stays. */
export function describeStoreError(uri: string, error: unknown): Bert2dnnError {
  if (error instanceof Bert2dnnError) return error;
  if (statusOf(error) === 412) return otherObject(uri, error);
  const [code, words, hint] =
    meaningOfName(error) ?? meaningOfRefusal(error) ?? meaningOfSilence(error);
  return new Bert2dnnError(code, `${uri}: ${words}`, { hint, cause: error });
}

function meaningOfName(error: unknown): Meaning | undefined {
  const { name = '' } = error as ClientError;
  if (name === 'NoSuchBucket') {
    const hint = 'Buckets are not made by this command. Check the name and AWS_ENDPOINT_URL.';
    return ['FILE_MISSING', 'there is no such bucket', hint];
  }
  if (isNoObject(error)) {
    const hint = 'It was there when it was listed. Was it deleted meanwhile?';
    return ['FILE_MISSING', 'the object is gone', hint];
  }
  if (isWrongChecksum(error)) {
    return ['FILE_CORRUPT', 'the bytes are not those of the checksum that the store keeps', AGAIN];
  }
  if (DAMAGED.has(name)) {
    return ['FILE_CORRUPT', 'the upload arrived damaged', 'Run the same command again.'];
  }
  return undefined;
}

function meaningOfRefusal(error: unknown): Meaning | undefined {
  const { name = '', message = '' } = error as ClientError;
  const status = statusOf(error);
  if (/region is missing/i.test(message)) {
    return ['STORE_REFUSED', 'the region is not known', 'Set AWS_REGION.'];
  }
  if (name === 'CredentialsProviderError') {
    const hint = 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.';
    return ['STORE_REFUSED', 'no credentials were found', hint];
  }
  if (name === 'PermanentRedirect' || status === 301) {
    const hint = 'Set AWS_REGION to the region of the bucket.';
    return ['STORE_REFUSED', 'the bucket is in another region', hint];
  }
  if (!REFUSED.has(name) && status !== 401 && status !== 403) return undefined;
  const reason = /^\d*$/.test(name) ? `status ${status}` : name;
  return ['STORE_REFUSED', `access is refused (${reason})`];
}

function meaningOfSilence(error: unknown): Meaning {
  const { name = 'unknown', code } = error as ClientError;
  const status = statusOf(error);
  const reason = status === undefined ? (code ?? name) : `${name}, status ${status}`;
  return ['STORE_UNREACHABLE', `no good answer (${reason})`];
}

/** An object that was replaced between its listing and its reading. */
export function otherObject(uri: string, cause?: unknown): Bert2dnnError {
  return new Bert2dnnError('FILE_CORRUPT', `${uri}: the object was replaced while it was read`, {
    hint: 'Run the same command again when no one writes it.',
    cause,
  });
}

/** Bytes that are not those of the object. */
export function wrongBytes(uri: string, got: string, expected: string): Bert2dnnError {
  return new Bert2dnnError('FILE_CORRUPT', `${uri}: got ${got}, expected ${expected}`, {
    hint: AGAIN,
  });
}
