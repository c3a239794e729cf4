// CSV (RFC 4180) and TSV (no quoting) records out of blocks of lines, each with its line number. Knows no columns.
import { Bert2dnnError } from '../foundation/errors.js';
import type { TextBlock } from './encoding.js';

/** Records of a file, the header among them. */
export interface RecordBlock {
  records: string[][];
  /** Line on which each record begins, from 1. */
  lines: number[];
}

/** The longest quoted record: 16 Mi characters. A longer one is a quote that never closes. */
export const MAX_RECORD_CHARACTERS = 1 << 24;

/** TSV records: a line each, tabs between cells, quotes are ordinary characters. Blank lines are skipped. */
export async function* readTsvRecords(
  blocks: AsyncIterable<TextBlock>,
): AsyncGenerator<RecordBlock> {
  for await (const { text, firstLine } of blocks) {
    const found: RecordBlock = { records: [], lines: [] };
    let line = firstLine;
    for (let start = 0; start < text.length; line++) {
      const newline = text.indexOf('\n', start);
      const end = newline === -1 ? text.length : newline;
      const content = text.slice(start, dropReturn(text, start, end));
      if (content !== '') {
        found.records.push(content.split('\t'));
        found.lines.push(line);
      }
      start = end + 1;
    }
    yield found;
  }
}

/**
 * CSV records. A cell that begins with a quote ends at its closing quote and may hold commas, newlines and doubled
 * quotes; a quote elsewhere is an ordinary character. Blank lines are skipped.
 * @throws Bert2dnnError FILE_FORMAT for a quote that never closes or text behind a closing quote.
 */
export async function* readCsvRecords(
  path: string,
  blocks: AsyncIterable<TextBlock>,
): AsyncGenerator<RecordBlock> {
  // What a block leaves open (a quoted newline at its end) waits for the next blocks.
  let waiting: string[] = [];
  let waitingLength = 0;
  let waitingLine = 1;
  for await (const block of blocks) {
    waiting.push(block.text);
    waitingLength += block.text.length;
    if (waiting.length === 1) waitingLine = block.firstLine;
    else if (!block.text.includes('"')) {
      // Nothing in it can close the open quote: parse again only when something may.
      if (waitingLength > MAX_RECORD_CHARACTERS) throw neverCloses(path, waitingLine);
      continue;
    }
    const parser = new CsvParser(path, waiting.join(''), waitingLine);
    yield parser.parse();
    const rest = parser.rest();
    waiting = rest === '' ? [] : [rest];
    waitingLength = rest.length;
    waitingLine = parser.line;
    if (waitingLength > MAX_RECORD_CHARACTERS) throw neverCloses(path, waitingLine);
  }
  if (waitingLength > 0) throw neverCloses(path, waitingLine);
}

/** Parses the records that are whole in a text of whole lines. */
class CsvParser {
  private at = 0;

  constructor(
    private readonly path: string,
    private readonly text: string,
    /** Line of the next record. */
    public line: number,
  ) {}

  /** What is left after `parse`: a record whose quote is still open. */
  rest(): string {
    return this.text.slice(this.at);
  }

  parse(): RecordBlock {
    const { text } = this;
    const found: RecordBlock = { records: [], lines: [] };
    let nextQuote = text.indexOf('"');
    while (this.at < text.length) {
      const newline = text.indexOf('\n', this.at);
      const end = newline === -1 ? text.length : newline;
      if (nextQuote !== -1 && nextQuote < this.at) nextQuote = text.indexOf('"', this.at);
      const { line } = this;
      let record: string[] | undefined;
      if (nextQuote === -1 || nextQuote > end) {
        const contentEnd = dropReturn(text, this.at, end);
        if (contentEnd > this.at) record = text.slice(this.at, contentEnd).split(',');
        this.at = end + 1;
        this.line++;
      } else {
        record = this.parseQuoted();
        if (record === undefined) return found;
      }
      if (record !== undefined) {
        found.records.push(record);
        found.lines.push(line);
      }
    }
    return found;
  }

  /** The record at `at`, which has a quote; `undefined` (and nothing moved) if the text ends within a quote. */
  private parseQuoted(): string[] | undefined {
    const { text } = this;
    const record: string[] = [];
    let at = this.at;
    let numNewlines = 1;
    for (;;) {
      let cell: string;
      if (text[at] === '"') {
        const quoted = readQuotedCell(text, at);
        if (quoted === undefined) return undefined;
        cell = quoted.cell;
        at = quoted.end;
        for (let seen = cell.indexOf('\n'); seen !== -1; seen = cell.indexOf('\n', seen + 1)) {
          numNewlines++;
        }
        if (text[at] === '\r' && (at + 1 === text.length || text[at + 1] === '\n')) at++;
        if (at < text.length && text[at] !== ',' && text[at] !== '\n') {
          throw behindQuote(this.path, this.line + numNewlines - 1, text[at]);
        }
      } else {
        const end = endOfPlainCell(text, at);
        cell = text.slice(at, text[end] === ',' ? end : dropReturn(text, at, end));
        at = end;
      }
      record.push(cell);
      if (text[at] !== ',') break;
      at++;
    }
    this.at = at + 1;
    this.line += numNewlines;
    return record;
  }
}

/** The cell whose opening quote is at `start`, and the place behind its closing quote. */
function readQuotedCell(text: string, start: number): { cell: string; end: number } | undefined {
  let isDoubled = false;
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote === -1) return undefined;
    if (text[quote + 1] !== '"') {
      const cell = text.slice(start + 1, quote);
      return { cell: isDoubled ? cell.replaceAll('""', '"') : cell, end: quote + 1 };
    }
    isDoubled = true;
    at = quote + 2;
  }
}

function endOfPlainCell(text: string, start: number): number {
  const comma = text.indexOf(',', start);
  const newline = text.indexOf('\n', start);
  const end = newline === -1 ? text.length : newline;
  return comma === -1 || comma > end ? end : comma;
}

/** The end of a line's content: before a carriage return, if it ends in one. */
function dropReturn(text: string, start: number, end: number): number {
  return end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
}

function neverCloses(path: string, line: number): Bert2dnnError {
  return new Bert2dnnError(
    'FILE_FORMAT',
    `${path}:${line}: a quote opens in this row and never closes`,
    {
      hint: 'In CSV a quote inside a quoted cell is doubled (""); in .tsv files quotes mean nothing.',
    },
  );
}

function behindQuote(path: string, line: number, character: string): Bert2dnnError {
  return new Bert2dnnError(
    'FILE_FORMAT',
    `${path}:${line}: got ${JSON.stringify(character)} behind a closing quote, expected a comma or the end of the row`,
    { hint: 'In CSV a quote inside a quoted cell is doubled ("").' },
  );
}
