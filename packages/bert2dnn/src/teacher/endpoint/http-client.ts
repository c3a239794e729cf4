// One JSON request after the other to one address: rate limit, timeout, retries, the key. Knows no protocol.
import { Bert2dnnError } from '../../foundation/errors.js';
import type { Random } from '../../foundation/random.js';
import type { Clock } from './clock.js';
import { type EndpointDescription, shownAddress } from './description.js';
import type { RequestBody } from './protocol.js';
import type { RateLimit } from './rate-limit.js';

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A request that failed for good, while others may go well: its rows count as failed. */
export class RequestFailure extends Error {
  /** Whether the server refused what is in it, so that a part of it may go well. */
  readonly isRefusal: boolean;

  constructor(reason: string, isRefusal = false) {
    super(reason);
    this.isRefusal = isRefusal;
  }
}

/** One attempt, for whoever counts. */
export interface Attempts {
  /** Before each one; may throw to send no more. */
  before(): void;
  /** After one without an answer; `maybePaid` if the server may have worked on it. */
  failed(maybePaid: boolean): void;
}

/** What a client is made of. */
export interface HttpClientParts {
  /** How the description is called in errors. */
  place: string;
  description: EndpointDescription;
  environment: Environment;
  clock: Clock;
  rateLimit: RateLimit;
  /** Draws the jitter. */
  random: Random;
}

/** How a request is sent. */
export interface PostOptions {
  /** Tokens that the rate limit counts. */
  numTokens: number;
  attempts: Attempts;
  /** Ends waiting; what is under way comes to its end. */
  signal: AbortSignal;
}

/** An attempt that may go better later. */
interface Retry {
  reason: string;
  maybePaid: boolean;
  retryAfterMs?: number;
}

const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;
const MAX_BODY_BYTES = 16 << 20;
const SHOWN_CHARACTERS = 200;
const RETRIED_STATUS = new Set([408, 425, 429]);
/** The request itself is refused, which another one may not be. */
const ROW_STATUS = new Set([400, 413, 422]);
const KEY_STATUS = new Set([401, 403]);

/** Sends requests to the endpoint of a description. */
export class HttpClient {
  readonly #parts: HttpClientParts;
  readonly #address: string;

  constructor(parts: HttpClientParts) {
    this.#parts = parts;
    this.#address = `${parts.place} (${shownAddress(parts.description.url)})`;
  }

  /** @throws Bert2dnnError ENDPOINT_FAILED if the variable of the key is not set. */
  checkKey(): void {
    const { keyFrom } = this.#parts.description;
    if (keyFrom === undefined || this.#key() !== '') return;
    throw new Bert2dnnError(
      'ENDPOINT_FAILED',
      `${this.#parts.place}: the environment variable ${keyFrom} is not set, expected the API key in it`,
      { hint: `Set it in the shell that runs this: export ${keyFrom}=...` },
    );
  }

  /**
   * The JSON of the answer. Attempts at 408, 425, 429, 5xx and network errors are repeated with exponential back-off
   * and full jitter (uniform in 0 .. min(30 s, 0.5 s * 2^n)), but not before the time that `Retry-After` names, which
   * holds all requests up.
   * Source: Brooker, Exponential Backoff And Jitter, 2015.
   * @throws RequestFailure after the last attempt, and at 400, 413 and 422; Bert2dnnError ENDPOINT_FAILED at any other
   *   status or a `Retry-After` beyond the limit; what `attempts.before` throws.
   */
  async post(body: RequestBody, options: PostOptions): Promise<unknown> {
    this.checkKey();
    const { description, clock, rateLimit } = this.#parts;
    const { attempts, signal } = options;
    for (let attempt = 0; ; attempt++) {
      await rateLimit.acquire(options.numTokens, signal);
      if (signal.aborted) throw new RequestFailure('stopped');
      attempts.before();
      const result = await this.#attempt(body, attempts);
      if ('json' in result) return result.json;
      attempts.failed(result.maybePaid);
      if (attempt >= description.limits.retries) {
        throw new RequestFailure(`${result.reason}, after ${attempt + 1} attempts`);
      }
      const { retryAfterMs = 0 } = result;
      this.#pause(retryAfterMs);
      const backOffMs = this.#backOffMs(attempt);
      if (backOffMs > retryAfterMs) await clock.sleep(backOffMs, signal);
    }
  }

  async #attempt(body: RequestBody, attempts: Attempts): Promise<{ json: unknown } | Retry> {
    const { url, limits } = this.#parts.description;
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, {
        method: 'POST',
        headers: this.#headers(),
        body: JSON.stringify(body),
        // Whatever the user did not name is not contacted.
        redirect: 'error',
        signal: AbortSignal.timeout(limits.timeoutSeconds * 1000),
      });
      text = await readBody(response);
    } catch (error) {
      return {
        reason: this.#hideKey(describeNetworkError(error, limits.timeoutSeconds)),
        maybePaid: true,
      };
    }
    if (!response.ok) return this.#refused(response, text, attempts);
    try {
      return { json: JSON.parse(text) };
    } catch {
      return { reason: `the answer is no JSON: ${this.#shorten(text)}`, maybePaid: true };
    }
  }

  /** An answer with another status than 2xx. */
  #refused(response: Response, text: string, attempts: Attempts): Retry {
    const { status } = response;
    const reason = `HTTP ${status}: ${this.#shorten(text)}`;
    if (RETRIED_STATUS.has(status) || status >= 500) {
      return { reason, maybePaid: false, retryAfterMs: readRetryAfter(response) };
    }
    attempts.failed(false);
    if (ROW_STATUS.has(status)) throw new RequestFailure(reason, true);
    const hint = KEY_STATUS.has(status) ? this.#keyHint() : 'Check "url" and "kind".';
    throw new Bert2dnnError('ENDPOINT_FAILED', `${this.#address}: ${reason}`, { hint });
  }

  #pause(durationMs: number): void {
    const { description, rateLimit } = this.#parts;
    const limitSeconds = description.limits.maxRetryAfterSeconds;
    if (durationMs > limitSeconds * 1000) {
      throw new Bert2dnnError(
        'ENDPOINT_FAILED',
        `${this.#address}: asks to wait ${Math.round(durationMs / 1000)} s, the limit is ${limitSeconds} s`,
        { hint: 'Run the same command again later, or raise "limits.maxRetryAfterSeconds".' },
      );
    }
    rateLimit.pause(durationMs);
  }

  #backOffMs(attempt: number): number {
    return this.#parts.random.next() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
  }

  #headers(): Record<string, string> {
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    const { keyFrom, keyHeader } = this.#parts.description;
    if (keyFrom === undefined) return headers;
    const isBearer = keyHeader.toLowerCase() === 'authorization';
    headers[keyHeader.toLowerCase()] = isBearer ? `Bearer ${this.#key()}` : this.#key();
    return headers;
  }

  #key(): string {
    const { description, environment } = this.#parts;
    return (description.keyFrom && environment[description.keyFrom]?.trim()) || '';
  }

  #keyHint(): string {
    const { keyFrom } = this.#parts.description;
    return keyFrom === undefined
      ? 'The endpoint wants a key: name its environment variable as "keyFrom" in the description.'
      : `Check the key in the environment variable ${keyFrom}.`;
  }

  #shorten(text: string): string {
    const shown = this.#hideKey(text).replace(/\s+/g, ' ').trim().slice(0, SHOWN_CHARACTERS);
    return shown === '' ? '(no text)' : shown;
  }

  /** Servers like to repeat what they were sent. */
  #hideKey(text: string): string {
    const key = this.#key();
    return key === '' ? text : text.replaceAll(key, '***');
  }
}

async function readBody(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let numBytes = 0;
  for await (const chunk of response.body ?? []) {
    numBytes += chunk.length;
    if (numBytes > MAX_BODY_BYTES)
      throw new Error(`the answer is longer than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Milliseconds of a `Retry-After` header in seconds or as a date. Source: RFC 9110, section 10.2.3. */
function readRetryAfter(response: Response): number | undefined {
  const value = response.headers.get('retry-after')?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  // A date counts from the server's own clock where it is sent.
  const sentMs = Date.parse(response.headers.get('date') ?? '') || Date.now();
  const untilMs = Date.parse(value);
  return Number.isNaN(untilMs) ? undefined : Math.max(0, untilMs - sentMs);
}

function describeNetworkError(error: unknown, timeoutSeconds: number): string {
  if (!(error instanceof Error)) return `network error: ${String(error)}`;
  if (error.name === 'TimeoutError') return `no answer within ${timeoutSeconds} s`;
  const cause = error.cause as { code?: string; message?: string } | undefined;
  return `network error: ${cause?.code ?? cause?.message ?? error.message}`;
}
