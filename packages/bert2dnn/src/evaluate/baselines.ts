// Baselines as scorers: what a model must beat. The majority knows the labels' shares, BM25 the words.

import { Bm25Index } from '../data/bm25.js';
import { type ExampleSet, readExamples } from '../data/examples.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { arrangeFields } from './model-fields.js';
import type { Scorer } from './scorer.js';

/** How near to 0 and 1 the share of a class may come: half a row. */
const HALF_A_ROW = 0.5;

/**
 * A scorer that says the same of every row and decides as most labels do: the share of ones for labels 0 and 1, the
 * median for grades, the share of each class. Values of 0 and 1 are moved by half a row, so that log losses are finite.
 * @param labels 0..1, or class numbers when `classes` are given; at least one
 */
export function createMajorityScorer(
  labels: ArrayLike<number>,
  more: { fields: readonly string[]; classes?: readonly string[] },
): Scorer {
  const logits =
    more.classes === undefined ? [usualLogit(labels)] : shareLogs(labels, more.classes);
  return {
    name: 'majority',
    kind: 'baseline',
    fields: more.fields,
    numOutputs: logits.length,
    classes: more.classes,
    temperature: 1,
    calibrated: true,
    logits: (texts) => Float32Array.from(texts[0].flatMap(() => logits)),
    release: async () => undefined,
  };
}

function usualLogit(labels: ArrayLike<number>): number {
  const sorted = Float64Array.from(labels).sort();
  const isBinary = sorted.every((label) => label === 0 || label === 1);
  const mean = sorted.reduce((sum, label) => sum + label, 0) / sorted.length;
  // The median is on the side of most labels, wherever the cut between positive and negative is.
  const usual = isBinary ? mean : sorted[sorted.length >> 1];
  const least = HALF_A_ROW / sorted.length;
  const probability = Math.min(1 - least, Math.max(least, usual));
  return Math.log(probability / (1 - probability));
}

function shareLogs(labels: ArrayLike<number>, classes: readonly string[]): number[] {
  const counts = classes.map(() => 0);
  for (let row = 0; row < labels.length; row++) counts[labels[row]]++;
  return counts.map((count) => Math.log(Math.max(count, HALF_A_ROW) / labels.length));
}

/** The majority of a labelled set. @throws Bert2dnnError COLUMN_MISSING when the set has no labels. */
export async function fitMajority(set: ExampleSet): Promise<Scorer> {
  const { label } = set;
  if (label === undefined) {
    throw new Bert2dnnError('COLUMN_MISSING', `${set.files[0]}: no label column, expected one`, {
      hint: 'The majority is counted in labels: give --label COLUMN.',
    });
  }
  const labels = new Float64Array(set.numRows);
  for await (const batch of readExamples(set)) labels.set(batch.labels ?? [], batch.start);
  const classes = label.kind === 'classes' && label.classes.length > 2 ? label.classes : undefined;
  return createMajorityScorer(
    labels.filter((each) => !Number.isNaN(each)),
    { fields: Object.keys(set.fields), classes },
  );
}

/**
 * BM25 of the first field against the others together, over a collection of documents. Its scores only rank.
 * @param documents the texts that may be scored: the other fields of a row joined by a space; repeats count once
 * @param fields at least two: the query, and what it is matched with
 */
export function createBm25Scorer(documents: Iterable<string>, fields: readonly string[]): Scorer {
  const numbers = new Map<string, number>();
  for (const document of documents) {
    if (!numbers.has(document)) numbers.set(document, numbers.size);
  }
  const index = new Bm25Index(numbers.keys());
  return {
    name: 'bm25',
    kind: 'baseline',
    fields,
    numOutputs: 1,
    temperature: 1,
    calibrated: false,
    logits: ([queries, ...others]) =>
      Float32Array.from(queries, (query, row) => {
        const document = joinTexts(others, row);
        const number = numbers.get(document);
        if (number === undefined) throw unknownDocument(document);
        return index.score(query, number);
      }),
    release: async () => undefined,
  };
}

/**
 * BM25 over the rows of some sets; it can score their rows only, so give it the set that it will be evaluated on.
 * The query is the field `query`, else the first one.
 * @throws Bert2dnnError COLUMN_MISSING when the rows have one text only.
 */
export async function fitBm25(...sets: readonly ExampleSet[]): Promise<Scorer> {
  const known = Object.keys(sets[0].fields);
  const query = known.includes('query') ? 'query' : known[0];
  const fields = [query, ...known.filter((field) => field !== query)];
  if (fields.length < 2) {
    throw new Bert2dnnError(
      'COLUMN_MISSING',
      `${sets[0].files[0]}: got the one field ${query}, expected a query and a text to match it with`,
      { hint: 'BM25 is a baseline for pairs: --fields query=COLUMN,title=COLUMN.' },
    );
  }
  const documents = new Set<string>();
  for (const set of sets) {
    const places = arrangeFields({ name: 'bm25', fields }, set).slice(1);
    for await (const batch of readExamples(set)) {
      const texts = places.map((place) => batch.fields[place]);
      for (let row = 0; row < batch.numRows; row++) documents.add(joinTexts(texts, row));
    }
  }
  return createBm25Scorer(documents, fields);
}

function joinTexts(texts: readonly (readonly string[])[], row: number): string {
  return texts.map((field) => field[row]).join(' ');
}

function unknownDocument(document: string): Bert2dnnError {
  return new Bert2dnnError(
    'SCORES_MISMATCH',
    `bm25: got ${JSON.stringify(document.slice(0, 60))}, expected a text of its collection`,
    { hint: 'Fit BM25 on the rows that it will score.' },
  );
}
