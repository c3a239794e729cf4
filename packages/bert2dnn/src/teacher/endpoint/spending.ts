// What requests cost, and the budget that stops them. A budget counts for one process from its start.
import { Bert2dnnError } from '../../foundation/errors.js';

/** Prices of a provider; what is not named costs nothing. */
export interface Prices {
  inputPerMillion: number;
  outputPerMillion: number;
  perThousandRequests: number;
  currency: string;
}

/** Most that a run may use; what is not named has no limit. */
export interface Budget {
  cost?: number;
  requests?: number;
  tokens?: number;
}

/** Requests and their tokens. */
export interface Amount {
  numRequests: number;
  inputTokens: number;
  outputTokens: number;
}

/** Tokens that an answer says it took. */
export type TokenUsage = Omit<Amount, 'numRequests'>;

/** Adds `term` to `sum`. */
export function addAmount(sum: Amount, term: Amount, factor = 1): void {
  sum.numRequests += factor * term.numRequests;
  sum.inputTokens += factor * term.inputTokens;
  sum.outputTokens += factor * term.outputTokens;
}

/** Nothing. */
export function noAmount(): Amount {
  return { numRequests: 0, inputTokens: 0, outputTokens: 0 };
}

/** Price of an amount; `undefined` without prices. */
export function costOf(amount: Amount, prices: Prices | undefined): number | undefined {
  if (prices === undefined) return undefined;
  return (
    (amount.inputTokens * prices.inputPerMillion + amount.outputTokens * prices.outputPerMillion) /
      1e6 +
    (amount.numRequests * prices.perThousandRequests) / 1e3
  );
}

/** Tokens of a text, roughly: a quarter of its UTF-8 bytes. The endpoint's own count replaces it where it says one. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}

/** An amount for people: `12 requests, 3,400 input and 60 output tokens, 0.0005 USD`. */
export function describeAmount(amount: Amount, prices: Prices | undefined): string {
  const count = (value: number): string => Math.round(value).toLocaleString('en-US');
  const cost = costOf(amount, prices);
  const parts = [
    `${count(amount.numRequests)} requests`,
    `${count(amount.inputTokens)} input and ${count(amount.outputTokens)} output tokens`,
  ];
  if (cost !== undefined) parts.push(describeCost(cost, prices!.currency));
  return parts.join(', ');
}

function describeCost(cost: number, currency: string): string {
  return `${cost === 0 || cost >= 1 ? cost.toFixed(2) : cost.toPrecision(2)} ${currency}`;
}

/** What is used up and what is on its way, held against the budget. */
export class Spending {
  /** Of answered and failed requests. */
  readonly used: Amount = noAmount();
  readonly #onItsWay: Amount = noAmount();
  readonly #place: string;
  readonly #prices: Prices | undefined;
  readonly #budget: Budget;

  constructor(place: string, prices: Prices | undefined, budget: Budget) {
    this.#place = place;
    this.#prices = prices;
    this.#budget = budget;
  }

  /** Refuses a whole run that would go beyond the budget. @throws Bert2dnnError ENDPOINT_BUDGET with what it would cost. */
  checkEstimate(estimate: Amount): void {
    const limit = this.#exceeded(estimate);
    if (limit === undefined) return;
    throw new Bert2dnnError(
      'ENDPOINT_BUDGET',
      `${this.#place}: the run would take ${describeAmount(estimate, this.#prices)}, the budget is ${limit}`,
      { hint: 'Raise "budget" in the description, or score fewer rows.' },
    );
  }

  /** Before a request is sent. @throws Bert2dnnError ENDPOINT_BUDGET if it could go beyond the budget. */
  reserve(estimate: Amount): void {
    const total = noAmount();
    for (const amount of [this.used, this.#onItsWay, estimate]) addAmount(total, amount);
    const limit = this.#exceeded(total);
    if (limit !== undefined) {
      throw new Bert2dnnError(
        'ENDPOINT_BUDGET',
        `${this.#place}: the budget of ${limit} is used up by ${describeAmount(this.used, this.#prices)}`,
      );
    }
    addAmount(this.#onItsWay, estimate);
  }

  /** After a request: what it was reserved for, and what it took. */
  settle(estimate: Amount, actual: Amount): void {
    addAmount(this.#onItsWay, estimate, -1);
    addAmount(this.used, actual);
  }

  /** The limit of the budget that an amount goes beyond. */
  #exceeded(amount: Amount): string | undefined {
    const { cost, requests, tokens } = this.#budget;
    const spent = costOf(amount, this.#prices);
    // Sums of prices round: a cost that equals its limit is within it.
    if (cost !== undefined && spent !== undefined && spent > cost * (1 + 1e-9))
      return describeCost(cost, this.#prices!.currency);
    if (requests !== undefined && amount.numRequests > requests) return `${requests} requests`;
    if (tokens !== undefined && amount.inputTokens + amount.outputTokens > tokens)
      return `${tokens} tokens`;
    return undefined;
  }
}
