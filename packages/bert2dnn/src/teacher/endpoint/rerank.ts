// Re-rankers: one query with its documents a request, scores back by index. As Cohere, Jina, vLLM and Infinity
// speak it, and text-embeddings-inference.
import { z } from 'zod';
import { Bert2dnnError } from '../../foundation/errors.js';
import type { Json } from '../../foundation/fingerprint.js';
import type { RerankDescription } from './description.js';
import { clippedLogit } from './margins.js';
import {
  AnswerError,
  chunk,
  type Protocol,
  parseResponse,
  type RequestBody,
  type Row,
  readUsage,
  secondText,
} from './protocol.js';

const cohereSchema = z.object({
  results: z.array(z.object({ index: z.number(), relevance_score: z.number() })),
});
const teiSchema = z.array(z.object({ index: z.number(), score: z.number() }));

/**
 * The protocol of a re-ranker. A probability `p` becomes the margin `clippedLogit(p, clip)`; with `"scores": "logit"`
 * the score is the margin.
 */
export function createRerank(description: RerankDescription, place: string): Protocol {
  const { api, model, scores, clip, batchRows, extra } = description;
  // text-embeddings-inference says which scores it gives; the others give what the model has.
  const raw = api === 'tei' && scores === 'logit';
  return {
    numOutputs: 1,
    classes: undefined,
    margins: { scores, clip },
    question: (row) => ({
      kind: 'rerank',
      api,
      model,
      raw,
      extra,
      texts: [row[0], secondText(row)],
    }),
    group: (rows) => groupByQuery(rows).flatMap((group) => chunk(group, batchRows)),
    request: (rows) => requestOf(description, rows, raw),
    maxOutputTokens: () => 0,
    read: (response, numRows) => {
      const expected = api === 'tei' ? '[{index, score}]' : '{results: [{index, relevance_score}]}';
      const found =
        api === 'tei'
          ? parseResponse(teiSchema, response, expected)
          : parseResponse(cohereSchema, response, expected).results.map(
              ({ index, relevance_score: score }) => ({ index, score }),
            );
      return { answers: restoreOrder(found, numRows, place), usage: readUsage(response) };
    },
    logitsOf: (answer) => [scores === 'logit' ? readScore(answer) : toMargin(answer, clip)],
  };
}

function requestOf(
  { api, model, extra }: RerankDescription,
  rows: readonly Row[],
  raw: boolean,
): RequestBody {
  const query = rows[0][0];
  const documents = rows.map(secondText);
  return api === 'tei'
    ? { query, texts: documents, raw_scores: raw, return_text: false, truncate: true, ...extra }
    : { model, query, documents, top_n: documents.length, ...extra };
}

/** Indices of rows with the same query, in the order in which queries first come. */
function groupByQuery(rows: readonly Row[]): number[][] {
  const groups = new Map<string, number[]>();
  rows.forEach(([query], index) => {
    const group = groups.get(query);
    if (group === undefined) groups.set(query, [index]);
    else group.push(index);
  });
  return [...groups.values()];
}

/** Scores in the order of the documents. @throws Bert2dnnError ENDPOINT_FAILED: each index must come once. */
function restoreOrder(
  found: readonly { index: number; score: number }[],
  numRows: number,
  place: string,
): number[] {
  const ordered = new Array<number | undefined>(numRows).fill(undefined);
  const refuse = (what: string): Bert2dnnError =>
    new Bert2dnnError(
      'ENDPOINT_FAILED',
      `${place}: the answer ${what}, expected each index of 0..${numRows - 1} once`,
      { hint: 'The endpoint does not speak this protocol: check "kind", "api" and "url".' },
    );
  for (const { index, score } of found) {
    if (!Number.isInteger(index) || index < 0 || index >= numRows)
      throw refuse(`has the index ${index}`);
    if (ordered[index] !== undefined) throw refuse(`has the index ${index} twice`);
    ordered[index] = score;
  }
  const missing = ordered.indexOf(undefined);
  if (missing >= 0) throw refuse(`lacks the index ${missing}`);
  return ordered as number[];
}

function readScore(answer: Json): number {
  if (typeof answer === 'number' && Number.isFinite(answer)) return answer;
  throw new AnswerError(`got the score ${JSON.stringify(answer)}, expected a number`);
}

function toMargin(answer: Json, clip: number): number {
  const score = readScore(answer);
  if (score >= 0 && score <= 1) return clippedLogit(score, clip);
  throw new AnswerError(
    `got the score ${score}, expected 0..1; for raw scores write "scores": "logit" in the description`,
  );
}
