// What the three kinds of endpoint have in common: how rows become requests and answers become logits. No HTTP here.
import { z } from 'zod';
import type { Json } from '../../foundation/fingerprint.js';
import type { TokenUsage } from './spending.js';

/** A row: its texts in the order of the fields. */
export type Row = readonly string[];

/** A JSON object to send. */
export type RequestBody = { [key: string]: Json };

/** An answer that cannot be read; it is asked again, then the rows of the request count as failed. */
export class AnswerError extends Error {}

/** What an endpoint said of the rows of a request. */
export interface ReadAnswers {
  /** One a row, in the order of the rows; what the cache keeps. */
  answers: Json[];
  /** Tokens, if the endpoint says. */
  usage: TokenUsage | undefined;
}

/** A kind of endpoint. */
export interface Protocol {
  numOutputs: number;
  classes: string[] | undefined;
  /** Everything that decides the answer to a row; the address and secrets are not in it. */
  question(row: Row): Json;
  /** Decides, with the questions, the logits. */
  margins: Json;
  /** Rows that go into one request, as lists of their indices. */
  group(rows: readonly Row[]): number[][];
  request(rows: readonly Row[]): RequestBody;
  /** Tokens that the answer to a request may have at most. */
  maxOutputTokens(numRows: number): number;
  /** @throws AnswerError if it is not readable; Bert2dnnError ENDPOINT_FAILED if its order cannot be trusted. */
  read(response: unknown, numRows: number): ReadAnswers;
  /** Logits [C] of an answer. @throws AnswerError. */
  logitsOf(answer: Json): number[];
}

/** Rows `first ..` in groups of at most `size`. */
export function chunk(indices: readonly number[], size: number): number[][] {
  const groups: number[][] = [];
  for (let start = 0; start < indices.length; start += size) {
    groups.push(indices.slice(start, start + size));
  }
  return groups;
}

/** Fields beside the first as one text, as teachers in folders read them. */
export function secondText([, ...others]: Row): string {
  return others.join(' ');
}

const usageSchema = z.object({
  prompt_tokens: z.number().min(0).optional(),
  completion_tokens: z.number().min(0).optional(),
  total_tokens: z.number().min(0).optional(),
});

/** Tokens out of the `usage` member of a response. */
export function readUsage(response: unknown): TokenUsage | undefined {
  const usage = usageSchema.safeParse((response as { usage?: unknown } | null)?.usage);
  if (!usage.success) return undefined;
  const { prompt_tokens: input, completion_tokens: output = 0, total_tokens: total } = usage.data;
  if (input === undefined && total === undefined) return undefined;
  return { inputTokens: input ?? total! - output, outputTokens: output };
}

/** Checks a response. @throws AnswerError that names what is wrong. */
export function parseResponse<T>(schema: z.ZodType<T>, response: unknown, expected: string): T {
  const parsed = schema.safeParse(response);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue.path.length === 0 ? '' : `"${issue.path.join('.')}": `;
  const got = JSON.stringify(response)?.slice(0, 200);
  throw new AnswerError(`${where}${issue.message}; expected ${expected}, got ${got}`);
}
