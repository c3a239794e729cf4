// Fetches a file and makes sure that it is one: not an error, not a web page, not half of it.
import { StudentError } from '../errors.js';
import type { ExecutorChoice } from '../executors/executor.js';
import type { FileBytes } from '../executors/room.js';
import { readBlob } from './read-blob.js';

/**
 * The bytes at an address, or of what a server answered, read to where an executor works on them.
 * @throws {StudentError} STUDENT_FETCH_FAILED if it cannot be reached, answers with another status than success or with a
 * web page, or breaks off.
 */
export async function fetchBytes(
  source: string | Response,
  executor?: ExecutorChoice,
): Promise<FileBytes> {
  const isAddress = typeof source === 'string';
  const address = isAddress ? source : source.url;
  const response = isAddress ? await reach(source) : source;
  if (!response.ok) {
    const status = `${response.status} ${response.statusText}`.trim();
    fail(address, `got status ${status}, expected 200`, { hint: ADDRESS_HINT });
  }
  const type = response.headers.get('content-type') ?? '';
  if (/^(text\/html|application\/xhtml)/i.test(type)) {
    fail(address, `got a web page (${type}), expected a model`, { hint: PAGE_HINT });
  }
  const body = await readBody(address, response);
  checkLength(address, response, body.size);
  return readBlob(body, executor);
}

const ADDRESS_HINT = 'Check the address; a relative one starts from the page.';
const PAGE_HINT =
  'The server has no such file and answers with its page (as servers of single-page apps do), or wants a login.';
const AGAIN_HINT = 'The connection broke; load it again.';

async function reach(address: string): Promise<Response> {
  try {
    return await fetch(address);
  } catch (cause) {
    const hint = `${ADDRESS_HINT} From another site the server must allow it (CORS).`;
    return fail(address, `cannot be reached: ${messageOf(cause)}`, { hint, cause });
  }
}

/** As a blob, which comes without this thread's work. */
async function readBody(address: string, response: Response): Promise<Blob> {
  try {
    return await response.blob();
  } catch (cause) {
    return fail(address, `broke off: ${messageOf(cause)}`, { hint: AGAIN_HINT, cause });
  }
}

/** Some engines and proxies give a short body without an error. */
function checkLength(address: string, response: Response, length: number): void {
  const stated = response.headers.get('content-length');
  // Of a compressed body the header counts the compressed bytes.
  if (stated === null || response.headers.get('content-encoding') !== null) return;
  if (!/^\d+$/.test(stated) || Number(stated) === length) return;
  fail(address, `got ${length} bytes, expected ${stated}`, { hint: AGAIN_HINT });
}

function messageOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const inner = cause.cause instanceof Error ? ` (${cause.cause.message})` : '';
  return `${cause.message}${inner}`;
}

function fail(address: string, message: string, detail: { hint: string; cause?: unknown }): never {
  throw new StudentError('STUDENT_FETCH_FAILED', `${address}: ${message}`, detail);
}
