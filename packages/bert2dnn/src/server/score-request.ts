// The body of POST /score: what it may hold, and the texts in it. Knows no HTTP.

import type { Scorer } from '../evaluate/scorer.js';
import { findNearestName } from '../foundation/errors.js';
import { RequestError } from './request-error.js';

/** A request that has been checked. */
export interface ScoreRequest {
  scorer: Scorer;
  /** `texts[field][row]`, as `Scorer.logits` takes them. */
  texts: string[][];
  /** Whether the answer is a list (the body had `pairs`). */
  isList: boolean;
}

export interface ParseOptions {
  /** The models by name; the first one answers when the body names none. */
  scorers: ReadonlyMap<string, Scorer>;
  maxPairs: number;
}

/**
 * Reads a body: `{field: text, ...}` or `{"pairs": [{field: text, ...}, ...]}`, both with an optional `"model"`.
 * @throws RequestError that names the place, what it got and what it expected.
 */
export function parseScoreRequest(body: unknown, options: ParseOptions): ScoreRequest {
  if (!isObject(body)) {
    throw new RequestError(
      'BODY_INVALID',
      `body: got ${describe(body)}, expected a JSON object`,
      'Send a JSON object with the header content-type: application/json.',
    );
  }
  const { model, ...rest } = body;
  const scorer = chooseScorer(model, options.scorers);
  if (!('pairs' in rest)) {
    const row = readRow(rest, scorer, 'body');
    return { scorer, texts: row.map((text) => [text]), isList: false };
  }
  const { pairs, ...others } = rest;
  const extra = Object.keys(others)[0];
  if (extra !== undefined) {
    throw new RequestError(
      'FIELD_UNKNOWN',
      `body.${extra}: unknown beside pairs, expected pairs and model only`,
      'Put the fields into each pair.',
    );
  }
  return { scorer, texts: readPairs(pairs, scorer, options.maxPairs), isList: true };
}

function chooseScorer(model: unknown, scorers: ReadonlyMap<string, Scorer>): Scorer {
  if (model === undefined) return [...scorers.values()][0];
  const found = typeof model === 'string' ? scorers.get(model) : undefined;
  if (found !== undefined) return found;
  const names = [...scorers.keys()];
  const nearest = typeof model === 'string' ? findNearestName(model, names) : undefined;
  throw new RequestError(
    'MODEL_UNKNOWN',
    `body.model: got ${JSON.stringify(model)}, expected one of ${names.join(', ')}`,
    nearest === undefined ? 'GET /health lists the models.' : `Did you mean ${nearest}?`,
  );
}

function readPairs(pairs: unknown, scorer: Scorer, maxPairs: number): string[][] {
  if (!Array.isArray(pairs)) {
    throw new RequestError('FIELD_INVALID', `body.pairs: got ${describe(pairs)}, expected a list`);
  }
  if (pairs.length > maxPairs) {
    throw new RequestError(
      'TOO_MANY_PAIRS',
      `body.pairs: got ${pairs.length} pairs, expected at most ${maxPairs}`,
      'Split the request.',
    );
  }
  const texts: string[][] = scorer.fields.map(() => []);
  for (const [index, pair] of pairs.entries()) {
    const place = `body.pairs[${index}]`;
    if (!isObject(pair)) {
      throw new RequestError(
        'FIELD_INVALID',
        `${place}: got ${describe(pair)}, expected an object`,
      );
    }
    for (const [field, text] of readRow(pair, scorer, place).entries()) texts[field].push(text);
  }
  return texts;
}

/** The texts of one row in the order of the model's fields. */
function readRow(row: Record<string, unknown>, scorer: Scorer, place: string): string[] {
  const expected = scorer.fields.join(', ');
  for (const name of Object.keys(row)) {
    if (scorer.fields.includes(name)) continue;
    const nearest = findNearestName(name, [...scorer.fields, 'model', 'pairs']);
    throw new RequestError(
      'FIELD_UNKNOWN',
      `${place}.${name}: unknown field, ${scorer.name} takes ${expected}`,
      nearest === undefined ? `Send ${expected}.` : `Did you mean ${nearest}?`,
    );
  }
  return scorer.fields.map((field) => {
    const text = row[field];
    if (text === undefined) {
      throw new RequestError(
        'FIELD_MISSING',
        `${place}.${field}: missing, ${scorer.name} takes ${expected}`,
        `Send ${expected}.`,
      );
    }
    if (typeof text !== 'string') {
      throw new RequestError(
        'FIELD_INVALID',
        `${place}.${field}: got ${describe(text)}, expected a text`,
      );
    }
    return text;
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return `${typeof value} ${text.length > 40 ? `${text.slice(0, 40)}...` : text}`;
}
