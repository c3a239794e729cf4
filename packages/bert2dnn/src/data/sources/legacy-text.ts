// Files of the time before UTF-8 was everywhere: lines that are not UTF-8 are read as Windows-1252, the superset of
// Latin-1 that browsers and spreadsheets write. Bytes in, UTF-8 bytes out; line numbers stay.
import { isUtf8 } from 'node:buffer';

const NEWLINE = 0x0a;

/**
 * Characters of the bytes 0x80..0x9f; the other bytes are those of Latin-1. Node's own TextDecoder is not used: in
 * Node 20.20 it decodes `windows-1252` as Latin-1, which makes control characters of dashes and quotes.
 * Source: WHATWG Encoding Standard, index-windows-1252; cells that are empty there keep their code.
 */
const UPPER_CONTROLS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/**
 * Re-encodes a stream as UTF-8, line by line: a line that is UTF-8 stays as it is, any other is Windows-1252.
 * A line of real Windows-1252 text that happens to be UTF-8 does not occur in practice: it would need letters such as
 * `Ã` followed by `©`.
 */
export async function* readLegacyBytes(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let waiting: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes) {
    const buffer = Buffer.concat([waiting, chunk]);
    const end = buffer.lastIndexOf(NEWLINE) + 1;
    waiting = buffer.subarray(end);
    if (end > 0) yield convert(buffer.subarray(0, end));
  }
  if (waiting.length > 0) yield convert(waiting);
}

function convert(block: Buffer): Uint8Array {
  if (isUtf8(block)) return block;
  const converted: Uint8Array[] = [];
  for (let start = 0; start < block.length; ) {
    const newline = block.indexOf(NEWLINE, start);
    const end = newline === -1 ? block.length : newline + 1;
    const line = block.subarray(start, end);
    converted.push(isUtf8(line) ? line : Buffer.from(decodeLegacy(line), 'utf8'));
    start = end;
  }
  return Buffer.concat(converted);
}

function decodeLegacy(line: Buffer): string {
  const text = line.toString('latin1');
  return text.replace(
    /[\u0080-\u009f]/g,
    (control) => UPPER_CONTROLS[control.charCodeAt(0) - 0x80],
  );
}
