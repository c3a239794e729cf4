// CSV (RFC 4180) and TSV (no quoting) records out of blocks of lines, each with its line number. Knows no columns.
import { Bert2dnnError } from '../foundation/errors.js';
import { type BadRow, type BadRows, skippingOf } from './bad-rows.js';
import type { TextBlock } from './encoding.js';

/** Records of a file, the header among them. */
export interface RecordBlock {
  records: string[][];
  /** Line on which each record begins, from 1. */
  lines: number[];
}

/** The longest quoted record: 16 Mi characters. A longer one is a quote that never closes. */
export const MAX_RECORD_CHARACTERS = 1 << 24;

/** How records are read. */
export interface RecordOptions {
  /** Under `skip` bad records are left out, but never the first record, which is the header. Default: fail. */
  badRows?: BadRows;
  /** Longest quoted record of CSV. Default `MAX_RECORD_CHARACTERS`. */
  maxRecordCharacters?: number;
  /** Counts the characters that records with quotes were read over, again and again if so: a measure of work. */
  work?: { numCharacters: number };
}

const QUOTE = 34;
const COMMA = 44;
const RETURN = 13;

/**
 * TSV records: a line each, tabs between cells, quotes are ordinary characters. Blank lines are skipped.
 * @throws Bert2dnnError TEXT_ENCODING, FILE_FORMAT for a header that the decoder marked as bad.
 */
export async function* readTsvRecords(
  blocks: AsyncIterable<TextBlock>,
  { badRows }: RecordOptions = {},
): AsyncGenerator<RecordBlock> {
  let isHeader = true;
  for await (const { text, firstLine, badLines } of blocks) {
    const found: RecordBlock = { records: [], lines: [] };
    let line = firstLine;
    const cutter = new CellCutter(text, '\t');
    for (let start = 0; start < text.length; line++) {
      const newline = text.indexOf('\n', start);
      const end = newline === -1 ? text.length : newline;
      const badLine = badLines?.get(line);
      if (badLine !== undefined) {
        if (isHeader) throw badLine.error();
        badRows?.add(badLine);
      } else {
        const contentEnd = dropReturn(text, start, end);
        if (contentEnd > start) {
          isHeader = false;
          found.records.push(cutter.cut(start, contentEnd));
          found.lines.push(line);
        }
      }
      start = end + 1;
    }
    yield found;
  }
}

/**
 * CSV records. A cell that begins with a quote ends at its closing quote and may hold commas, newlines and doubled
 * quotes; a quote elsewhere is an ordinary character. Blank lines are skipped.
 *
 * Under `skip` a record with text behind a closing quote, or with a quote that does not close within
 * `maxRecordCharacters` or before the end of the file, is bad by its first line, and reading goes on at the next line.
 * A line in whose midst a quoted cell is known to come to no end is not tried again by a record that begins further
 * down: so a file is read over about twice, however many quotes it lacks.
 * @throws Bert2dnnError FILE_FORMAT for a quote that never closes or text behind a closing quote, behind the records
 * before it.
 */
export async function* readCsvRecords(
  path: string,
  blocks: AsyncIterable<TextBlock>,
  options: RecordOptions = {},
): AsyncGenerator<RecordBlock> {
  const parser = new CsvParser(path, options);
  for await (const block of blocks) {
    if (!parser.push(block)) continue;
    yield parser.parse(false);
    if (parser.failure !== undefined) throw parser.failure;
  }
  yield parser.parse(true);
  if (parser.failure !== undefined) throw parser.failure;
}

/** Cuts lines into cells, looking for each separator once. `split` takes twice as long. */
class CellCutter {
  /** The first separator from the last place on at which one was looked for; infinite if there is none. */
  next: number;

  constructor(
    private readonly text: string,
    private readonly separator: string,
  ) {
    this.next = -1;
  }

  /** The place of the next separator from a place on. Places go forward, unless `next` is set back. */
  findFrom(start: number): number {
    if (this.next < start) {
      const place = this.text.indexOf(this.separator, start);
      this.next = place === -1 ? Number.POSITIVE_INFINITY : place;
    }
    return this.next;
  }

  /** The cells between two places. */
  cut(start: number, end: number): string[] {
    const cells: string[] = [];
    let cellStart = start;
    for (let place = this.findFrom(start); place < end; place = this.findFrom(cellStart)) {
      cells.push(this.text.slice(cellStart, place));
      cellStart = place + 1;
    }
    cells.push(this.text.slice(cellStart, end));
    return cells;
  }
}

/** Why a record with quotes is none. */
interface LostRecord {
  error: () => Bert2dnnError;
  /** The last line whose beginning, inside a quoted cell, is now known to lead nowhere. */
  untilLine: number;
}

/** Parses the records that are whole; one whose quote is still open waits for more text. */
class CsvParser {
  /** What stopped the parser for good. */
  failure: Bert2dnnError | undefined;
  private readonly path: string;
  private readonly badRows: BadRows | undefined;
  private readonly maxRecordCharacters: number;
  private readonly work: { numCharacters: number };
  /** Text from the open record on, as it came in. */
  private waiting: string[] = [];
  private waitingLength = 0;
  private hasNewQuote = false;
  /** How much was waiting when it was last parsed in vain. */
  private parsedLength = 0;
  private text = '';
  private at = 0;
  /** Line of `at`. */
  private line = 1;
  private isHeader = true;
  /** Of the record that is being read: where its last cell ends, and that cell's line. */
  private cellEnd = 0;
  private lineEnd = 0;
  private lastLine = 1;
  private cutter = new CellCutter('', ',');
  /** The first comma of the record that is being read, or behind it. */
  private recordComma = 0;
  private lostUntilLine = 0;
  private lost: LostRecord | undefined;
  private readonly badLines = new Map<number, BadRow>();

  constructor(path: string, { badRows, maxRecordCharacters, work }: RecordOptions) {
    this.path = path;
    this.badRows = skippingOf(badRows);
    this.maxRecordCharacters = maxRecordCharacters ?? MAX_RECORD_CHARACTERS;
    this.work = work ?? { numCharacters: 0 };
  }

  /** Takes text. Returns whether it is worth parsing. */
  push({ text, firstLine, badLines }: TextBlock): boolean {
    const isOpen = this.waitingLength > 0;
    if (!isOpen) this.line = firstLine;
    this.waiting.push(text);
    this.waitingLength += text.length;
    for (const [line, badLine] of badLines ?? []) this.badLines.set(line, badLine);
    if (!isOpen || this.waitingLength > this.maxRecordCharacters) return true;
    this.hasNewQuote ||= text.includes('"');
    // Only a quote can end an open record, and waiting for twice as much keeps the work linear.
    return this.hasNewQuote && this.waitingLength >= 2 * this.parsedLength;
  }

  /** The whole records of what was pushed; at the end of the file an open one is lost. */
  parse(isEnd: boolean): RecordBlock {
    this.text = this.waiting.length === 1 ? this.waiting[0] : this.waiting.join('');
    this.at = 0;
    this.cutter = new CellCutter(this.text, ',');
    const found: RecordBlock = { records: [], lines: [] };
    this.parseRecords(found, isEnd);
    const rest = this.at < this.text.length ? this.text.slice(this.at) : '';
    this.waiting = rest === '' ? [] : [rest];
    this.waitingLength = rest.length;
    this.parsedLength = rest.length;
    this.hasNewQuote = false;
    return found;
  }

  private parseRecords(found: RecordBlock, isEnd: boolean): void {
    const { text } = this;
    let nextQuote = text.indexOf('"');
    while (this.at < text.length && this.failure === undefined) {
      const newline = text.indexOf('\n', this.at);
      const end = newline === -1 ? text.length : newline;
      if (nextQuote !== -1 && nextQuote < this.at) nextQuote = text.indexOf('"', this.at);
      const { line } = this;
      let record: string[] | undefined;
      if (nextQuote === -1 || nextQuote > end) {
        record = this.takeLine(end);
      } else {
        this.lost = undefined;
        record = this.parseQuoted(end, isEnd);
        if (this.lost !== undefined) this.loseLine(this.lost, end);
        else if (record === undefined && this.line === line) return;
      }
      if (record !== undefined) {
        found.records.push(record);
        found.lines.push(line);
        this.isHeader = false;
      }
    }
  }

  /** The record of a line without quotes; `undefined` for a blank or a bad one. */
  private takeLine(end: number): string[] | undefined {
    const { text, at, line } = this;
    this.at = end + 1;
    this.line++;
    if (this.badLines.size > 0 && this.takeBadLines(line, line)) return undefined;
    const contentEnd = dropReturn(text, at, end);
    return contentEnd === at ? undefined : this.cutter.cut(at, contentEnd);
  }

  /**
   * The record at `at`, which has a quote on its first line. `undefined` if there is none: it is `lost`, or a line of it
   * is bad, or (and nothing moved) the text ends within a quote.
   */
  private parseQuoted(firstEnd: number, isEnd: boolean): string[] | undefined {
    const { text } = this;
    const record: string[] = [];
    this.recordComma = this.cutter.findFrom(this.at);
    this.cellEnd = this.at;
    this.lineEnd = firstEnd;
    this.lastLine = this.line;
    for (;;) {
      const isQuoted = text.charCodeAt(this.cellEnd) === QUOTE;
      const cell = isQuoted ? this.takeQuotedCell(isEnd) : this.takePlainCell();
      if (cell === undefined) return undefined;
      record.push(cell);
      if (text.charCodeAt(this.cellEnd) !== COMMA) break;
      this.cellEnd++;
    }
    this.work.numCharacters += this.cellEnd - this.at;
    return this.takeRecord(record);
  }

  private takePlainCell(): string {
    const { text, cellEnd: start, lineEnd } = this;
    const comma = this.cutter.findFrom(start);
    if (comma < lineEnd) {
      this.cellEnd = comma;
      return text.slice(start, comma);
    }
    this.cellEnd = lineEnd;
    return text.slice(start, dropReturn(text, start, lineEnd));
  }

  private takeQuotedCell(isEnd: boolean): string | undefined {
    const { text, at: start } = this;
    const limit = start + this.maxRecordCharacters;
    const cellStart = this.cellEnd + 1;
    let quote = text.indexOf('"', cellStart);
    let isDoubled = false;
    while (quote !== -1 && text.charCodeAt(quote + 1) === QUOTE) {
      isDoubled = true;
      quote = text.indexOf('"', quote + 2);
    }
    const isClosed = quote !== -1 && quote <= limit;
    const isAcross = !isClosed || quote > this.lineEnd;
    // The cell goes on into a line that is known to lead nowhere.
    if (isAcross && this.lastLine < this.lostUntilLine) return this.lose(quote, this.lastLine);
    if (!isClosed) {
      const isWaiting = !isEnd && text.length - start <= this.maxRecordCharacters;
      if (!isWaiting) return this.lose(-1, this.line + countNewlines(text, start, limit));
      this.work.numCharacters += text.length - start;
      return undefined;
    }
    let end = quote + 1;
    for (; this.lineEnd < end; this.lineEnd = endOfLine(text, this.lineEnd + 1)) this.lastLine++;
    // A carriage return before the end of the line.
    if (end + 1 === this.lineEnd && text.charCodeAt(end) === RETURN) end++;
    else if (end + 1 === text.length && text.charCodeAt(end) === RETURN) end++;
    this.cellEnd = end;
    if (end < this.lineEnd && text.charCodeAt(end) !== COMMA) {
      const { path, lastLine } = this;
      return this.lose(end, lastLine, () => behindQuote(path, lastLine, text[end]));
    }
    const cell = text.slice(cellStart, quote);
    return isDoubled ? cell.replaceAll('""', '"') : cell;
  }

  /** Notes that the record at `at` is none, after reading as far as `end` (-1: all the text). */
  private lose(end: number, untilLine: number, error?: () => Bert2dnnError): undefined {
    const { path, line } = this;
    this.work.numCharacters += (end === -1 ? this.text.length : end) - this.at;
    this.lost = { error: error ?? (() => neverCloses(path, line)), untilLine };
    return undefined;
  }

  /** Leaves out the first line of a lost record and goes on behind it. */
  private loseLine({ error, untilLine }: LostRecord, end: number): void {
    const { path, line, text, at } = this;
    this.lostUntilLine = Math.max(this.lostUntilLine, untilLine);
    this.cutter.next = this.recordComma;
    this.at = end + 1;
    this.line++;
    if (this.badLines.size > 0 && this.takeBadLines(line, line)) return;
    const excerpt = text.slice(at, dropReturn(text, at, end));
    this.reject({ path, line, reason: 'quote', error, excerpt });
  }

  /** Goes on behind a record that is whole; `undefined` if a line of it is bad. */
  private takeRecord(record: string[]): string[] | undefined {
    const { line, lastLine } = this;
    if (this.badLines.size > 0) {
      for (let within = line + 1; within <= lastLine; within++) {
        // A line that was dropped: nobody knows whether the quote closes in it.
        if (this.badLines.get(within)?.reason === 'too-long') return this.lose(this.at, within);
      }
    }
    this.at = this.cellEnd + 1;
    this.line = lastLine + 1;
    return this.badLines.size > 0 && this.takeBadLines(line, lastLine) ? undefined : record;
  }

  /** Whether one of the lines of a row is bad; if so the row is left out. */
  private takeBadLines(firstLine: number, lastLine: number): boolean {
    let bad: BadRow | undefined;
    for (let line = firstLine; line <= lastLine; line++) {
      bad ??= this.badLines.get(line);
      this.badLines.delete(line);
    }
    if (bad !== undefined) this.reject({ ...bad, line: firstLine });
    return bad !== undefined;
  }

  /** A header that is bad cannot be left out. */
  private reject(bad: BadRow): void {
    if (this.badRows === undefined || this.isHeader) this.failure = bad.error();
    else this.badRows.add(bad);
  }
}

/** The place of the newline that ends the line of `start`, or the text's end. */
function endOfLine(text: string, start: number): number {
  const newline = text.indexOf('\n', start);
  return newline === -1 ? text.length : newline;
}

function countNewlines(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', start); at !== -1 && at < end; count++) {
    at = text.indexOf('\n', at + 1);
  }
  return count;
}

/** The end of a line's content: before a carriage return, if it ends in one. */
function dropReturn(text: string, start: number, end: number): number {
  return end > start && text.charCodeAt(end - 1) === RETURN ? end - 1 : end;
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
