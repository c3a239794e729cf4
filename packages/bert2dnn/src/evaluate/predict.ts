// The stage `predict`: every row of the input with the model's score beside it. Streams; holds one batch.

import { readBytes } from '../data/byte-stream.js';
import { decodeLines } from '../data/encoding.js';
import type { ExampleSet } from '../data/examples.js';
import { findText, type ObjectBlock, readJsonObjects, textOfMember } from '../data/jsonl.js';
import { ALL_ROWS, readTableRows } from '../data/table-file.js';
import { MAX_TEXT_CHARACTERS } from '../data/table-rows.js';
import { Bert2dnnError } from '../foundation/errors.js';
import { type Progress, SILENT } from '../foundation/progress.js';
import { arrangeFields } from './model-fields.js';
import { classNames, describeLogits, type Score, type Scorer } from './scorer.js';
import {
  type WrittenColumn,
  type WrittenValues,
  writeTable,
  writeText,
  writtenFormat,
} from './table-writer.js';

export interface PredictOptions {
  model: Scorer;
  /** What to score; rows that its policy leaves out as bad are not written either. */
  input: ExampleSet;
  /** File to write: .csv, .tsv, .jsonl (each also .gz) or .parquet. */
  out: string;
  progress?: Progress;
}

export interface PredictResult {
  rows: number;
  /** Bad rows that were left out. */
  numSkipped: number;
  out: string;
  /** Names of the columns that were added. */
  added: string[];
}

/**
 * Writes all columns of the input and, behind them, `score` (probability) and `logit`; for classes `class` and one
 * `score_<class>` each. JSON lines to JSON lines keep every member as it is; otherwise values of text files are texts.
 * @throws Bert2dnnError USAGE for an unknown extension, or when the input has a column of that name already;
 *   COLUMN_MISSING when files differ in columns or the model's fields are not there.
 */
export async function predict(options: PredictOptions): Promise<PredictResult> {
  const { model, input, out, progress = SILENT } = options;
  const { format, gzip } = writtenFormat(out);
  const added = addedColumns(model);
  const kept = keptColumns(input);
  const names = added.map((column) => column.name);
  const taken = names.find((name) => kept.some((column) => column.name === name));
  if (taken !== undefined) {
    throw new Bert2dnnError(
      'USAGE',
      `${input.files[0]}: already has a column "${taken}", expected none of ${names.join(', ')}`,
      { hint: 'Rename that column, or predict on the file without it.' },
    );
  }
  const task = progress.start('predict', input.numRows);
  let rows = 0;
  const advance = (numRows: number): void => {
    rows += numRows;
    task.advance(numRows);
  };
  if (format === 'jsonl' && input.parts.every((part) => part.format === 'jsonl')) {
    await writeText(out, predictObjects(model, input, names, advance), gzip);
  } else {
    const batches = predictBatches(model, input, kept, advance);
    await writeTable(out, [...kept, ...added], batches);
  }
  task.done();
  return { rows, numSkipped: input.badRows?.result().numSkipped ?? 0, out, added: names };
}

async function* predictBatches(
  model: Scorer,
  input: ExampleSet,
  kept: readonly WrittenColumn[],
  advance: (numRows: number) => void,
): AsyncGenerator<WrittenValues[]> {
  const fieldColumns = Object.values(input.fields);
  const fields = arrangeFields(model, input).map((place) =>
    kept.findIndex((column) => column.name === fieldColumns[place]),
  );
  // The model reads texts, even where the file stores numbers.
  const wanted = [
    ...kept.map(({ name, type }) => ({ name, kind: type })),
    ...fields.map((place) => ({ name: kept[place].name, kind: 'text' as const })),
  ];
  const { badRows, maxTextCharacters } = input;
  for (const part of input.parts) {
    const read = readTableRows(part, wanted, ALL_ROWS, { badRows, maxTextCharacters });
    for await (const { columns, numRows } of read) {
      const texts = columns.slice(kept.length) as string[][];
      const scores = describeLogits(model, await model.logits(texts));
      yield [...columns.slice(0, kept.length), ...scoreColumns(model, scores)];
      advance(numRows);
    }
  }
}

/** JSON lines with the added members; the others keep their types, whatever they are. */
async function* predictObjects(
  model: Scorer,
  input: ExampleSet,
  names: readonly string[],
  advance: (numRows: number) => void,
): AsyncGenerator<string> {
  const fieldColumns = Object.values(input.fields);
  const columns = arrangeFields(model, input).map((place) => fieldColumns[place]);
  const { badRows } = input;
  for (const { path, compression } of input.parts) {
    const read = decodeLines(path, readBytes(path, compression), { badRows });
    for await (const block of readJsonObjects(path, read, badRows)) {
      const { objects, lines } = badRows === undefined ? block : leaveOut(block, input, columns);
      if (objects.length === 0) continue;
      const texts = columns.map((name) =>
        objects.map((object, row) => textOfMember({ path, line: lines[row] }, object, name)),
      );
      const scores = describeLogits(model, await model.logits(texts));
      const added = scoreColumns(model, scores);
      const written = objects.map((object, row) => {
        const more = names.map((name, index) => [name, added[index][row]]);
        return `${JSON.stringify({ ...object, ...Object.fromEntries(more) })}\n`;
      });
      yield written.join('');
      advance(objects.length);
    }
  }
}

/** Without the objects that were counted as bad when the input was opened: a field that is no text, or a long one. */
function leaveOut(
  { objects, lines }: ObjectBlock,
  { maxTextCharacters = MAX_TEXT_CHARACTERS }: ExampleSet,
  columns: readonly string[],
): ObjectBlock {
  const isGood = objects.map((object) =>
    columns.every(
      (name) => (findText(object, name)?.length ?? Number.POSITIVE_INFINITY) <= maxTextCharacters,
    ),
  );
  const isKept = (_: unknown, row: number): boolean => isGood[row];
  return { objects: objects.filter(isKept), lines: lines.filter(isKept) };
}

function addedColumns(model: Scorer): WrittenColumn[] {
  if (model.numOutputs === 1) {
    return [
      { name: 'score', type: 'number' },
      { name: 'logit', type: 'number' },
    ];
  }
  const scores = classNames(model).map((name) => `score_${name}`);
  return [
    { name: 'class', type: 'text' },
    ...scores.map((name) => ({ name, type: 'number' as const })),
  ];
}

/** The values of `addedColumns`. */
function scoreColumns(model: Scorer, scores: readonly Score[]): WrittenValues[] {
  if (model.numOutputs === 1) {
    return [
      Float64Array.from(scores, (each) => each.score),
      // A float32 as a short decimal that reads back as the same float32.
      Float64Array.from(scores, (each) => ('logit' in each ? shorten(each.logit) : Number.NaN)),
    ];
  }
  const chosen = scores.map((each) => ('class' in each ? each.class : ''));
  const probabilities = classNames(model).map((name) =>
    Float64Array.from(scores, (each) => ('scores' in each ? each.scores[name] : Number.NaN)),
  );
  return [chosen, ...probabilities];
}

function shorten(logit: number): number {
  return Number(logit.toPrecision(9));
}

/** The columns of the input, which all its files must share. */
function keptColumns(input: ExampleSet): WrittenColumn[] {
  const [first, ...others] = input.parts;
  for (const other of others) {
    const odd =
      first.columns.find((name) => !other.columns.includes(name)) ??
      other.columns.find((name) => !first.columns.includes(name));
    if (odd === undefined) continue;
    throw new Bert2dnnError(
      'COLUMN_MISSING',
      `${other.path}: its columns are not those of ${first.path} ("${odd}" is in one of them only)`,
      { hint: 'Predict on files of different columns one by one.' },
    );
  }
  // A column is a number only where every file stores numbers.
  return first.columns.map((name) => ({
    name,
    type: input.parts.every((part) => part.numberColumns.has(name)) ? 'number' : 'text',
  }));
}
