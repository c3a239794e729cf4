// Asks an endpoint what the cache does not know, keeps every answer at once, and counts what it costs.
import type { Json } from '../../foundation/fingerprint.js';
import { createRandom } from '../../foundation/random.js';
import { AnswerCache, answerKey } from './answer-cache.js';
import type { Clock } from './clock.js';
import type { EndpointDescription } from './description.js';
import { type Attempts, type Environment, HttpClient } from './http-client.js';
import { AnswerError, type Protocol, type RequestBody, type Row } from './protocol.js';
import { RateLimit } from './rate-limit.js';
import {
  type Amount,
  describeAmount,
  estimateTokens,
  noAmount,
  Spending,
  type TokenUsage,
} from './spending.js';

/** A row with the key of its question. */
export interface KeyedRow {
  row: Row;
  key: string;
}

/** A request that is to be sent. */
export interface Question {
  rows: KeyedRow[];
  body: RequestBody;
  /** What it costs at most, as far as known. */
  estimate: Amount;
}

/** What a question gave. */
export interface Answered {
  /** Logits [C] of each row. */
  logits: number[][];
  numTokens: number;
}

/** What an asker is made of. */
export interface AskerParts {
  /** How the description is called in messages. */
  place: string;
  cacheFolder: string;
  description: EndpointDescription;
  protocol: Protocol;
  clock: Clock;
  environment: Environment;
}

/** One endpoint with its cache, client and budget. */
export class Asker {
  readonly place: string;
  readonly cacheFolder: string;
  readonly #protocol: Protocol;
  readonly #description: EndpointDescription;
  readonly #cache: AnswerCache;
  readonly #client: HttpClient;
  readonly #spending: Spending;

  constructor({ place, cacheFolder, description, protocol, clock, environment }: AskerParts) {
    const { limits, prices, budget } = description;
    this.place = place;
    this.cacheFolder = cacheFolder;
    this.#description = description;
    this.#protocol = protocol;
    this.#cache = new AnswerCache(cacheFolder);
    this.#spending = new Spending(place, prices, budget);
    const rateLimit = new RateLimit(limits, clock);
    const random = createRandom(1, 'back-off');
    this.#client = new HttpClient({ place, description, environment, clock, rateLimit, random });
  }

  /** The key of a row's question in the cache. */
  keyOf(row: Row): string {
    return answerKey(this.#protocol.question(row));
  }

  /** Takes note of what other processes were answered. */
  refresh(): void {
    this.#cache.refresh();
  }

  has(key: string): boolean {
    return this.#cache.has(key);
  }

  /** Logits of an answer in the cache; `undefined` if it is not there or cannot be read. */
  recall(key: string): number[] | undefined {
    const answer = this.#cache.get(key);
    try {
      return answer === undefined ? undefined : this.#protocol.logitsOf(answer);
    } catch (error) {
      if (error instanceof AnswerError) return undefined;
      throw error;
    }
  }

  /** The requests that ask for rows, one after the other. */
  *plan(rows: readonly KeyedRow[]): Generator<Question> {
    for (const indices of this.#protocol.group(rows.map(({ row }) => row))) {
      const own = indices.map((index) => rows[index]);
      const body = this.#protocol.request(own.map(({ row }) => row));
      const estimate: Amount = {
        numRequests: 1,
        inputTokens: estimateTokens(JSON.stringify(body)),
        outputTokens: this.#protocol.maxOutputTokens(own.length),
      };
      yield { rows: own, body, estimate };
    }
  }

  /** Before a run: its estimate against the budget, and the key. @throws Bert2dnnError ENDPOINT_BUDGET, ENDPOINT_FAILED. */
  check(estimate: Amount): void {
    this.#spending.checkEstimate(estimate);
    this.#client.checkKey();
  }

  /**
   * Sends a question until its answer can be read, and keeps the answer.
   * @throws RequestFailure, AnswerError: the rows fail; Bert2dnnError ENDPOINT_BUDGET, ENDPOINT_FAILED: the run does.
   */
  async ask(question: Question, signal: AbortSignal): Promise<Answered> {
    const { answerRetries } = this.#description.limits;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#askOnce(question, signal);
      } catch (error) {
        if (!(error instanceof AnswerError) || attempt >= answerRetries) throw error;
      }
    }
  }

  /** What was used; `undefined` if nothing was. */
  describeUsed(): string | undefined {
    const { used } = this.#spending;
    return used.numRequests === 0 ? undefined : describeAmount(used, this.#description.prices);
  }

  close(): void {
    this.#cache.close();
  }

  async #askOnce({ rows, body, estimate }: Question, signal: AbortSignal): Promise<Answered> {
    const { inputTokens, outputTokens } = estimate;
    const numTokens = inputTokens + outputTokens;
    const attempts = this.#countAttempts(estimate);
    const response = await this.#client.post(body, { numTokens, attempts, signal });
    // An endpoint that does not say took what was estimated.
    let usage: TokenUsage = { inputTokens, outputTokens };
    try {
      const read = this.#protocol.read(response, rows.length);
      usage = read.usage ?? usage;
      const logits = read.answers.map((answer) => this.#protocol.logitsOf(answer));
      read.answers.forEach((answer: Json, index) => {
        this.#cache.put(rows[index].key, answer);
      });
      return { logits, numTokens: usage.inputTokens + usage.outputTokens };
    } finally {
      this.#spending.settle(estimate, { numRequests: 1, ...usage });
    }
  }

  #countAttempts(estimate: Amount): Attempts {
    const unpaid: Amount = { ...noAmount(), numRequests: 1 };
    return {
      before: () => this.#spending.reserve(estimate),
      failed: (maybePaid) => this.#spending.settle(estimate, maybePaid ? estimate : unpaid),
    };
  }
}
