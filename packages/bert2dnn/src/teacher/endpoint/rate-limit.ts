// Requests and tokens a minute as token buckets, and the pause that a server asks for. Knows no HTTP.
import type { Clock } from './clock.js';

/** What an endpoint allows; without a number there is no limit. */
export interface RateLimits {
  requestsPerMinute?: number;
  tokensPerMinute?: number;
}

/**
 * A token bucket that holds one second's worth (at least 1), so that a run is paced and not bursty.
 * A cost above the capacity waits for a full bucket and leaves a debt: in any 60 s at most
 * `perMinute` + capacity + the last cost go through.
 */
export class TokenBucket {
  readonly #perMs: number;
  readonly #capacity: number;
  readonly #clock: Clock;
  #level: number;
  #filledMs: number;

  constructor(perMinute: number, clock: Clock) {
    this.#perMs = perMinute / 60_000;
    this.#capacity = Math.max(1, perMinute / 60);
    this.#clock = clock;
    this.#level = this.#capacity;
    this.#filledMs = clock.nowMs();
  }

  /** Milliseconds until `cost` may be taken; 0 for now. */
  waitMs(cost: number): number {
    const nowMs = this.#clock.nowMs();
    this.#level = Math.min(this.#capacity, this.#level + (nowMs - this.#filledMs) * this.#perMs);
    this.#filledMs = nowMs;
    const missing = Math.min(cost, this.#capacity) - this.#level;
    // What rounding leaves over is no reason to wait again.
    return missing > 1e-9 ? missing / this.#perMs : 0;
  }

  take(cost: number): void {
    this.#level -= cost;
  }
}

/** Lets requests through one after the other, each when the limits allow it, in the order in which they came. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #requests: TokenBucket | undefined;
  readonly #tokens: TokenBucket | undefined;
  #turn: Promise<void> = Promise.resolve();
  #pausedUntilMs = Number.NEGATIVE_INFINITY;

  constructor({ requestsPerMinute, tokensPerMinute }: RateLimits, clock: Clock) {
    this.#clock = clock;
    const bucketOf = (perMinute: number | undefined): TokenBucket | undefined =>
      perMinute === undefined ? undefined : new TokenBucket(perMinute, clock);
    this.#requests = bucketOf(requestsPerMinute);
    this.#tokens = bucketOf(tokensPerMinute);
  }

  /** Ends when a request of `numTokens` may be sent, or when the signal fires. */
  async acquire(numTokens: number, signal?: AbortSignal): Promise<void> {
    const before = this.#turn;
    let end: () => void = () => undefined;
    this.#turn = new Promise((resolve) => {
      end = resolve;
    });
    await before;
    try {
      while (signal?.aborted !== true) {
        const waitMs = this.#waitMs(numTokens);
        if (waitMs <= 0) break;
        await this.#clock.sleep(waitMs, signal);
      }
      this.#requests?.take(1);
      this.#tokens?.take(numTokens);
    } finally {
      end();
    }
  }

  /** No request starts for this long: the server asked for it. */
  pause(durationMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#clock.nowMs() + durationMs);
  }

  #waitMs(numTokens: number): number {
    return Math.max(
      this.#pausedUntilMs - this.#clock.nowMs(),
      this.#requests?.waitMs(1) ?? 0,
      this.#tokens?.waitMs(numTokens) ?? 0,
    );
  }
}

/** Seconds that requests take at least under the limits. */
export function secondsAtLimit(
  {
    requestsPerMinute = Number.POSITIVE_INFINITY,
    tokensPerMinute = Number.POSITIVE_INFINITY,
  }: RateLimits,
  numRequests: number,
  numTokens: number,
): number {
  return 60 * Math.max(numRequests / requestsPerMinute, numTokens / tokensPerMinute);
}
