// Fetches a file and makes sure that it is one: not an error, not a web page, not half of it.
import { StudentError } from '../errors.js';

/**
 * The file at an address, or that a server answered with, as a blob, which comes without this thread's work. `url` stands
 * before messages.
 * @throws {StudentError} STUDENT_FETCH_FAILED if it cannot be reached, answers with another status than success or with a
 * web page, or breaks off.
 */
export async function fetchBlob(url: string, answer?: Response): Promise<Blob> {
  const response = answer ?? (await reach(url));
  if (!response.ok) {
    const status = `${response.status} ${response.statusText}`.trim();
    fail(url, `got status ${status}, expected 200`, { hint: ADDRESS_HINT });
  }
  const type = response.headers.get('content-type') ?? '';
  if (/^(text\/html|application\/xhtml)/i.test(type)) {
    fail(url, `got a web page (${type}), expected a model`, { hint: PAGE_HINT });
  }
  let body: Blob;
  try {
    body = await response.blob();
  } catch (cause) {
    return fail(url, `broke off: ${messageOf(cause)}`, { hint: AGAIN_HINT, cause });
  }
  checkLength(url, response, body.size);
  return body;
}

const ADDRESS_HINT = 'Check the address; a relative one starts from the page.';
const PAGE_HINT =
  'The server has no such file and answers with its page (as servers of single-page apps do), or wants a login.';
const AGAIN_HINT = 'The connection broke; load it again.';

async function reach(url: string): Promise<Response> {
  try {
    return await fetch(url);
  } catch (cause) {
    const hint = `${ADDRESS_HINT} From another site the server must allow it (CORS).`;
    return fail(url, `cannot be reached: ${messageOf(cause)}`, { hint, cause });
  }
}

/** Some engines and proxies give a short body without an error. */
function checkLength(url: string, { headers }: Response, length: number): void {
  const stated = Number(headers.get('content-length') || Number.NaN);
  // Of a compressed body the header counts the compressed bytes.
  if (headers.get('content-encoding') === null && stated >= 0 && stated !== length) {
    fail(url, `got ${length} bytes, expected ${stated}`, { hint: AGAIN_HINT });
  }
}

function messageOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const inner = cause.cause instanceof Error ? ` (${cause.cause.message})` : '';
  return `${cause.message}${inner}`;
}

function fail(url: string, message: string, detail: { hint: string; cause?: unknown }): never {
  throw new StudentError('STUDENT_FETCH_FAILED', `${url}: ${message}`, detail);
}
