// The rows of an endpoint: what they would cost, and their logits, from the cache or by asking.

import { runInParallel } from '../../foundation/in-parallel.js';
import { formatDuration, type Progress } from '../../foundation/progress.js';
import type { Asker, KeyedRow, Question } from './asker.js';
import type { EndpointDescription } from './description.js';
import { Failures, failedRowsError, writeFailedRows } from './failed-rows.js';
import { RequestFailure } from './http-client.js';
import { AnswerError, type Protocol } from './protocol.js';
import { secondsAtLimit } from './rate-limit.js';
import { type Amount, addAmount, describeAmount, noAmount } from './spending.js';

/** Options of `EndpointTeacher.logits`. */
export interface EndpointLogitsOptions {
  /** Called with rows and tokens after each request, and once with the rows that the cache knew. */
  onBatch?: (numRows: number, numTokens: number) => void;
  /** Takes rows that got no answer. Default: they are an error. */
  onFailedRow?: (row: number, reason: string) => void;
}

/** Rows of a call by what is known of them. */
interface SortedRows {
  rows: string[][];
  keys: string[];
  /** Logits of answered questions by their keys. */
  known: Map<string, number[]>;
  /** Each question once. */
  toAsk: KeyedRow[];
}

/** Previews and scores rows with one asker. */
export class Endpoint {
  readonly #description: EndpointDescription;
  readonly #protocol: Protocol;
  readonly #asker: Asker;
  readonly #place: string;
  #progress: Progress | undefined;
  #numCached = 0;

  constructor(description: EndpointDescription, protocol: Protocol, asker: Asker) {
    this.#description = description;
    this.#protocol = protocol;
    this.#asker = asker;
    this.#place = asker.place;
  }

  /** Says what rows would cost, and refuses them if that is beyond the budget. */
  async preview(shards: AsyncIterable<string[][]>, progress: Progress): Promise<void> {
    this.#progress = progress;
    this.#asker.refresh();
    const estimate = noAmount();
    const seen = new Set<string>();
    let numRows = 0;
    let numToAsk = 0;
    for await (const texts of shards) {
      const rows = toRows(texts);
      const fresh: KeyedRow[] = [];
      for (const row of rows) {
        const key = this.#asker.keyOf(row);
        if (this.#asker.has(key) || seen.has(key)) continue;
        seen.add(key);
        fresh.push({ row, key });
      }
      for (const question of this.#asker.plan(fresh)) addAmount(estimate, question.estimate);
      numRows += rows.length;
      numToAsk += fresh.length;
    }
    if (numRows > 0) progress.note(this.#describePreview(numRows, numToAsk, estimate));
    if (numToAsk > 0) this.#asker.check(estimate);
  }

  #describePreview(numRows: number, numToAsk: number, estimate: Amount): string {
    const { limits, prices } = this.#description;
    const { numRequests, inputTokens, outputTokens } = estimate;
    const seconds = secondsAtLimit(limits, numRequests, inputTokens + outputTokens);
    const parts = [`${this.#place}: ${numToAsk} of ${numRows} rows are not in the cache`];
    if (numToAsk > 0) parts.push(`an estimated ${describeAmount(estimate, prices)}`);
    if (seconds > 0) parts.push(`at least ${formatDuration(seconds)} at the rate limit`);
    return parts.join('; ');
  }

  async logits(
    texts: readonly (readonly string[])[],
    { onBatch, onFailedRow }: EndpointLogitsOptions = {},
  ): Promise<Float32Array> {
    const sorted = this.#sort(toRows(texts));
    const { rows, keys, known, toAsk } = sorted;
    if (rows.length > toAsk.length) onBatch?.(rows.length - toAsk.length, 0);
    const failures = new Failures(rows.length, this.#description.maxFailedShare);
    await this.#askAll(sorted, failures, onBatch);
    const failed = failures.listRows(keys);
    if (failed.length > 0 && (onFailedRow === undefined || failures.isTooMany)) {
      const { fields } = this.#description;
      const list = await writeFailedRows(this.#asker.cacheFolder, failed, { fields, rows });
      throw failedRowsError(this.#place, failed, { numRows: rows.length, list });
    }
    for (const { row, reason } of failed) onFailedRow?.(row, reason);
    const { numOutputs } = this.#protocol;
    const logits = new Float32Array(rows.length * numOutputs).fill(Number.NaN);
    keys.forEach((key, row) => {
      logits.set(known.get(key) ?? [], row * numOutputs);
    });
    return logits;
  }

  release(): void {
    const used = this.#asker.describeUsed();
    if (used !== undefined || this.#numCached > 0) {
      this.#progress?.note(
        `${this.#place}: used ${used ?? 'nothing'}; ${this.#numCached} rows came from ${this.#asker.cacheFolder}`,
      );
    }
    this.#asker.close();
  }

  /** Looks rows up; of rows that ask the same one is asked. */
  #sort(rows: string[][]): SortedRows {
    this.#asker.refresh();
    const keys = rows.map((row) => this.#asker.keyOf(row));
    const known = new Map<string, number[]>();
    const toAsk: KeyedRow[] = [];
    const asked = new Set<string>();
    keys.forEach((key, index) => {
      if (known.has(key) || asked.has(key)) return;
      const logits = this.#asker.recall(key);
      if (logits !== undefined) {
        known.set(key, logits);
        return;
      }
      asked.add(key);
      toAsk.push({ row: rows[index], key });
    });
    this.#numCached += keys.filter((key) => known.has(key)).length;
    return { rows, keys, known, toAsk };
  }

  async #askAll(
    sorted: SortedRows,
    failures: Failures,
    onBatch: EndpointLogitsOptions['onBatch'],
  ): Promise<void> {
    const { concurrency } = this.#description.limits;
    const ask = async (question: Question, signal: AbortSignal): Promise<void> => {
      const { rows } = question;
      try {
        const { logits, numTokens } = await this.#asker.ask(question, signal);
        rows.forEach(({ key }, index) => {
          sorted.known.set(key, logits[index]);
        });
        failures.answered();
        onBatch?.(rows.length, numTokens);
      } catch (error) {
        if (!isRowFailure(error)) throw error;
        if (signal.aborted) return;
        if (error instanceof RequestFailure && error.isRefusal && rows.length > 1) {
          // One row may have spoilt the request for the others.
          for (const half of this.#halve(rows)) await ask(half, signal);
          return;
        }
        failures.add(rows, error.message);
        // No further request begins.
        if (failures.isTooMany) throw error;
      }
    };
    await runInParallel(this.#asker.plan(sorted.toAsk), concurrency, ask).catch(
      (error: unknown) => {
        if (!isRowFailure(error)) throw error;
      },
    );
  }

  #halve(rows: readonly KeyedRow[]): Question[] {
    const middle = Math.ceil(rows.length / 2);
    const halves = [rows.slice(0, middle), rows.slice(middle)];
    return halves.flatMap((half) => [...this.#asker.plan(half)]);
  }
}

function isRowFailure(error: unknown): error is RequestFailure | AnswerError {
  return error instanceof RequestFailure || error instanceof AnswerError;
}

function toRows(texts: readonly (readonly string[])[]): string[][] {
  return texts[0].map((_, row) => texts.map((field) => field[row]));
}
