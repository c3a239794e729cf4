// Bytes to text, strictly UTF-8, in whole lines: a broken byte makes its line an error, or a bad line. Knows no rows.
import { isAscii, isUtf8 } from 'node:buffer';
import { Bert2dnnError } from '../foundation/errors.js';
import { type BadRow, type BadRows, skippingOf } from './bad-rows.js';

/** Consecutive whole lines of a file; only the file's last line may lack its newline. */
export interface TextBlock {
  text: string;
  /** Line number of the first line, from 1. */
  firstLine: number;
  /**
   * Lines that are bad by their bytes, under `skip`: one that is not UTF-8 stands in the text with U+FFFD in the place of
   * what is broken, one that is too long as an empty line.
   */
  badLines?: ReadonlyMap<number, BadRow>;
}

/** The longest line that is read: 64 MiB. A longer one is a broken file rather than a text. */
export const MAX_LINE_BYTES = 1 << 26;

/** How `decodeLines` takes bad lines. */
export interface DecodeOptions {
  /** Under `skip` bad lines are marked in their block instead of thrown. Default: fail. */
  badRows?: BadRows;
  /** Longest line. Default `MAX_LINE_BYTES`. */
  maxLineBytes?: number;
}

const NEWLINE = 0x0a;

/** Bytes of a line that is too long that are kept for its excerpt. */
const EXCERPT_BYTES = 800;

/**
 * Decodes a stream of bytes into blocks of whole lines. A byte-order mark is dropped. The lines before a bad one are
 * handed on before it is thrown.
 * @throws Bert2dnnError TEXT_ENCODING at the first byte that is not UTF-8, FILE_FORMAT for an endless line; under `skip`
 * only for UTF-16.
 */
export async function* decodeLines(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  { badRows, maxLineBytes = MAX_LINE_BYTES }: DecodeOptions = {},
): AsyncGenerator<TextBlock> {
  const decoder = new LineDecoder(path, maxLineBytes, skippingOf(badRows) !== undefined);
  for await (const chunk of bytes) {
    // In pieces of at most a line's length, so that no line inside a piece can be too long.
    for (let at = 0; at < chunk.length; at += maxLineBytes) {
      const count = Math.min(maxLineBytes, chunk.length - at);
      yield* decoder.push(Buffer.from(chunk.buffer, chunk.byteOffset + at, count));
    }
  }
  yield* decoder.end();
}

/** Holds the beginning of a line whose end has not come yet. */
class LineDecoder {
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private firstLine = 1;
  private isStart = true;
  /** Whether the current line is too long and the rest of it is dropped. */
  private isDropping = false;
  private badLines: Map<number, BadRow> | undefined;

  constructor(
    private readonly path: string,
    private readonly maxLineBytes: number,
    private readonly isSkipping: boolean,
  ) {}

  *push(piece: Buffer): Generator<TextBlock> {
    const content = this.dropLongLine(piece);
    const end = content.lastIndexOf(NEWLINE) + 1;
    if (end > 0) yield* this.take(content.subarray(0, end));
    if (end < content.length) {
      // Copied, because a decompressor may use its buffer again.
      this.waiting.push(Buffer.from(content.subarray(end)));
      this.waitingBytes += content.length - end;
    }
  }

  *end(): Generator<TextBlock> {
    if (this.waitingBytes > 0) yield* this.take(Buffer.alloc(0));
    else if (this.isDropping) yield* this.take(Buffer.from('\n'));
  }

  /** What is left of a piece: the newline of a line that is too long stays, so that lines are counted. */
  private dropLongLine(piece: Buffer): Buffer {
    if (!this.isDropping && this.waitingBytes === 0) return piece;
    const newline = piece.indexOf(NEWLINE);
    if (!this.isDropping) {
      const lineBytes = this.waitingBytes + (newline === -1 ? piece.length : newline);
      if (lineBytes <= this.maxLineBytes) return piece;
      this.markLongLine();
    }
    this.isDropping = newline === -1;
    return newline === -1 ? Buffer.alloc(0) : piece.subarray(newline);
  }

  private markLongLine(): void {
    const { path, firstLine: line } = this;
    const error = tooLong(path, line, this.maxLineBytes);
    if (!this.isSkipping) throw error;
    // Of each piece no more than is wanted of all: joining whole ones would take the line's memory twice.
    const heads = this.waiting
      .slice(0, EXCERPT_BYTES)
      .map((piece) => piece.subarray(0, EXCERPT_BYTES));
    const head = Buffer.concat(heads).subarray(0, EXCERPT_BYTES);
    const excerpt = head.toString();
    this.badLines ??= new Map();
    this.badLines.set(line, { path, line, reason: 'too-long', error: () => error, excerpt });
    this.waiting = [];
    this.waitingBytes = 0;
    this.isStart = false;
  }

  private *take(last: Buffer): Generator<TextBlock> {
    let block = this.waiting.length === 0 ? last : Buffer.concat([...this.waiting, last]);
    if (this.isStart) block = dropByteOrderMark(this.path, block);
    this.isStart = false;
    this.waiting = [];
    this.waitingBytes = 0;
    const { firstLine } = this;
    this.firstLine += countNewlines(block);
    if (isAscii(block)) yield this.blockOf(block.toString('latin1'), firstLine);
    else if (isUtf8(block)) yield this.blockOf(block.toString('utf8'), firstLine);
    else yield* this.takeBroken(block, firstLine);
  }

  /** A block with bytes that are not UTF-8. */
  private *takeBroken(block: Buffer, firstLine: number): Generator<TextBlock> {
    const { path } = this;
    let line = firstLine;
    for (let start = 0; start < block.length; line++) {
      const newline = block.indexOf(NEWLINE, start);
      const end = newline === -1 ? block.length : newline + 1;
      const bytes = block.subarray(start, end);
      if (!isUtf8(bytes)) {
        const error = notUtf8(path, line, bytes);
        if (!this.isSkipping) {
          if (start > 0) yield this.blockOf(block.toString('utf8', 0, start), firstLine);
          throw error;
        }
        const excerpt = bytes
          .subarray(0, EXCERPT_BYTES)
          .toString()
          .replace(/\r?\n$/, '');
        this.badLines ??= new Map();
        this.badLines.set(line, { path, line, reason: 'encoding', error: () => error, excerpt });
      }
      start = end;
    }
    yield this.blockOf(block.toString('utf8'), firstLine);
  }

  private blockOf(text: string, firstLine: number): TextBlock {
    const { badLines } = this;
    this.badLines = undefined;
    return badLines === undefined ? { text, firstLine } : { text, firstLine, badLines };
  }
}

function notUtf8(path: string, line: number, bytes: Buffer): Bert2dnnError {
  let valid = 0;
  for (let length = 1; length <= bytes.length; length++) {
    if (isUtf8(bytes.subarray(valid, length))) valid = length;
    else if (length - valid >= 4) break;
  }
  const byte = bytes[valid].toString(16).padStart(2, '0');
  return new Bert2dnnError(
    'TEXT_ENCODING',
    `${path}:${line}: byte 0x${byte} at byte ${valid + 1} of the line is not UTF-8`,
    { hint: `Convert it first, for example: iconv -f WINDOWS-1252 -t UTF-8 ${path}` },
  );
}

function dropByteOrderMark(path: string, block: Buffer): Buffer {
  if (block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf) return block.subarray(3);
  if ((block[0] === 0xff && block[1] === 0xfe) || (block[0] === 0xfe && block[1] === 0xff)) {
    throw new Bert2dnnError('TEXT_ENCODING', `${path}:1: the file is UTF-16, expected UTF-8`, {
      hint: `Convert it first, for example: iconv -f UTF-16 -t UTF-8 ${path}`,
    });
  }
  return block;
}

function countNewlines(block: Buffer): number {
  let count = 0;
  for (let at = block.indexOf(NEWLINE); at !== -1; at = block.indexOf(NEWLINE, at + 1)) count++;
  return count;
}

function tooLong(path: string, line: number, maxLineBytes: number): Bert2dnnError {
  const limit =
    maxLineBytes % 2 ** 20 === 0 ? `${maxLineBytes / 2 ** 20} MiB` : `${maxLineBytes} bytes`;
  return new Bert2dnnError(
    'FILE_FORMAT',
    `${path}:${line}: the line is longer than ${limit}, expected one row a line`,
  );
}
