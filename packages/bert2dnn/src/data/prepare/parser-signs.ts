// What in a text file's bytes DuckDB's parser may take differently from ours. Reads bytes; parses nothing.
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';

/** What was found. */
export interface ParserSigns {
  /** Whether there is nothing that the parsers are known to take differently, but for `numOpenCells`. */
  isPlain: boolean;
  /**
   * Separators at the ends of lines. There should be one for each empty cell at the end of a row: one too many is
   * nothing to DuckDB and an error to ours.
   */
  numOpenCells: number;
}

/**
 * By separator what the parsers take differently. NUL ends what DuckDB reads, and a carriage return alone is a newline to
 * it at times. In CSV it takes a quote behind a space for an opening one, and lets spaces stand behind a closing one; for
 * ours (RFC 4180) the first is a character and the second an error. Quotes inside texts (`5" pipe`) are no sign.
 */
const SIGNS: Record<string, RegExp> = { ',': /\r(?!\n)|\0| "|" +[,\r\n]/, '\t': /\r(?!\n)|\0/ };

const READ_BYTES = 1 << 20;
/** A longer run of spaces and quotes is a sign too. */
const MAX_CUT_BYTES = 1 << 16;
const NEWLINE = 10;
const RETURN = 13;

/** Reads the whole file once; stops where it is not plain. */
export async function findParserSigns(path: string, separator: ',' | '\t'): Promise<ParserSigns> {
  let cut: Buffer = Buffer.alloc(0);
  let numCarried = 0;
  let sum = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
    const bytes = Buffer.concat([cut, chunk as Buffer]);
    const end = endOfWhole(bytes);
    cut = bytes.subarray(end);
    const isLong = cut.length > MAX_CUT_BYTES;
    if (isLong || !isPlain(bytes.subarray(0, end), separator)) {
      return { isPlain: false, numOpenCells: 0 };
    }
    const ends = countLineEnds(chunk as Buffer, separator, numCarried);
    sum += ends.numOpenCells;
    numCarried = ends.numCarried;
  }
  const last = Buffer.concat([cut, Buffer.from('\n')]);
  return { isPlain: isPlain(last, separator), numOpenCells: sum + numCarried };
}

/** DuckDB looks for UTF-8 in the columns only that are read. */
function isPlain(bytes: Buffer, separator: string): boolean {
  return isUtf8(bytes) && !SIGNS[separator].test(bytes.toString('latin1'));
}

/** Where the characters end that are surely whole, a last run of spaces, quotes and returns not among them. */
function endOfWhole(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && [0x20, 0x22, RETURN].includes(bytes[end - 1])) end--;
  if (end < bytes.length) return end;
  for (let back = 1; back <= Math.min(3, end); back++) {
    const byte = bytes[end - back];
    if (byte < 0x80) break;
    if (byte >= 0xc0) return end - back;
  }
  return end;
}

/**
 * Separators before newlines.
 * @param numCarried separators at the end of the bytes before; gives those at the end of these
 */
function countLineEnds(
  bytes: Buffer,
  separator: string,
  numCarried: number,
): { numOpenCells: number; numCarried: number } {
  const code = separator.charCodeAt(0);
  const countBefore = (end: number): number => {
    let start = end;
    while (start > 0 && bytes[start - 1] === code) start--;
    return end - start + (start === 0 ? numCarried : 0);
  };
  let numOpenCells = bytes[0] === NEWLINE || bytes[0] === RETURN ? numCarried : 0;
  for (const ending of ['\n', '\r']) {
    const pair = `${separator}${ending}`;
    for (let at = bytes.indexOf(pair); at !== -1; at = bytes.indexOf(pair, at + 2)) {
      numOpenCells += countBefore(at + 1);
    }
  }
  return { numOpenCells, numCarried: countBefore(bytes.length) };
}
