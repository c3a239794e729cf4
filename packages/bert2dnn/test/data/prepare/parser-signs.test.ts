// Signs that a file must go through our parser, also where one lies across the border of two reads.
import { describe, expect, it } from 'vitest';
import { findParserSigns } from '../../../src/data/prepare/parser-signs.js';
import { put, temporaryFolder } from '../files.js';

const folder = await temporaryFolder();
/** Bytes that are read at once. */
const READ_BYTES = 1 << 20;

function signsOf(content: string | Buffer, separator: ',' | '\t' = ',') {
  return put(folder, 'x.csv', content).then((path) => findParserSigns(path, separator));
}

describe('findParserSigns', () => {
  it.each([
    ['a carriage return alone', 'a\rb'],
    ['a quote behind a space', 'a, "b"'],
    ['spaces behind a closing quote', '"a"  ,b'],
    ['spaces behind the last closing quote', '"a" '],
    ['NUL', 'a\0b'],
    ['a byte that is not UTF-8', Buffer.from('caf\xe9,b', 'latin1')],
    ['half a character at the end', Buffer.from('日').subarray(0, 2)],
  ])('finds %s, wherever it lies', async (_, sign) => {
    const bytes = Buffer.from(sign as string);
    expect(await signsOf(bytes)).toEqual({ isPlain: false, numOpenCells: 0 });
    for (let numBefore = 0; numBefore <= bytes.length; numBefore++) {
      const start = Buffer.alloc(READ_BYTES - numBefore, 'x');
      expect(await signsOf(Buffer.concat([start, bytes])), `${numBefore} before`).toEqual({
        isPlain: false,
        numOpenCells: 0,
      });
    }
  });

  it('counts separators at the ends of lines, wherever they lie', async () => {
    // Three, none, one, two, and two without a newline.
    const text = 'a,,,\r\n,b\nc,\n,,\nd,,';
    for (let numBefore = 0; numBefore <= text.length; numBefore++) {
      const start = 'x'.repeat(READ_BYTES - numBefore);
      expect(await signsOf(start + text)).toEqual({ isPlain: true, numOpenCells: 8 });
    }
    expect(await signsOf(text.replaceAll(',', '\t'), '\t')).toEqual({
      isPlain: true,
      numOpenCells: 8,
    });
  });

  it('finds none in quotes inside texts, in CRLF, in characters across the border', async () => {
    const text = '5" pipe,"5"" pipe, black"\r\n日本🙂,"b"\r\n';
    const bytes = Buffer.from(text);
    for (let numBefore = 0; numBefore <= bytes.length; numBefore++) {
      const start = Buffer.alloc(READ_BYTES - numBefore, 'x');
      expect(await signsOf(Buffer.concat([start, bytes]))).toEqual({
        isPlain: true,
        numOpenCells: 0,
      });
    }
    // Quotes mean nothing in TSV.
    expect((await signsOf('a \t "b"\n', '\t')).isPlain).toBe(true);
  });
});
