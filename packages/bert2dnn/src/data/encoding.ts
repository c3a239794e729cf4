// Bytes to text, strictly UTF-8, in whole lines: the first broken byte is an error with its line.
import { isAscii, isUtf8 } from 'node:buffer';
import { Bert2dnnError } from '../foundation/errors.js';

/** Consecutive whole lines of a file; only the file's last line may lack its newline. */
export interface TextBlock {
  text: string;
  /** Line number of the first line, from 1. */
  firstLine: number;
}

/** The longest line that is read: 64 MiB. A longer one is a broken file rather than a text. */
export const MAX_LINE_BYTES = 1 << 26;

const NEWLINE = 0x0a;

/**
 * Decodes a stream of bytes into blocks of whole lines. A byte-order mark is dropped.
 * @throws Bert2dnnError TEXT_ENCODING at the first byte that is not UTF-8, FILE_FORMAT for an endless line.
 */
export async function* decodeLines(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<TextBlock> {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let firstLine = 1;
  let isStart = true;
  const take = (last: Buffer): TextBlock => {
    let block = waiting.length === 0 ? last : Buffer.concat([...waiting, last]);
    if (isStart) block = dropByteOrderMark(path, block);
    isStart = false;
    waiting = [];
    waitingBytes = 0;
    const decoded = { text: decode(path, block, firstLine), firstLine };
    firstLine += countNewlines(block);
    return decoded;
  };
  for await (const chunk of bytes) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const end = buffer.lastIndexOf(NEWLINE) + 1;
    if (end > 0) yield take(buffer.subarray(0, end));
    if (end < buffer.length) {
      // Copied, because a decompressor may use its buffer again.
      waiting.push(Buffer.from(buffer.subarray(end)));
      waitingBytes += buffer.length - end;
      if (waitingBytes > MAX_LINE_BYTES) throw tooLong(path, firstLine);
    }
  }
  if (waitingBytes > 0) yield take(Buffer.alloc(0));
}

function decode(path: string, block: Buffer, firstLine: number): string {
  if (isAscii(block)) return block.toString('latin1');
  if (isUtf8(block)) return block.toString('utf8');
  let line = firstLine;
  for (let start = 0; start < block.length; line++) {
    const newline = block.indexOf(NEWLINE, start);
    const end = newline === -1 ? block.length : newline + 1;
    const bytes = block.subarray(start, end);
    if (!isUtf8(bytes)) throw notUtf8(path, line, bytes);
    start = end;
  }
  return block.toString('utf8');
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

function tooLong(path: string, line: number): Bert2dnnError {
  return new Bert2dnnError(
    'FILE_FORMAT',
    `${path}:${line}: the line is longer than ${MAX_LINE_BYTES / 2 ** 20} MiB, expected one row a line`,
  );
}
