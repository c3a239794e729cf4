// A student's file taken apart and put together again without any check, so that each part can lie on its own.
import { hash } from 'node:crypto';
import { computeXxh64 } from '../../dist/format/plain-xxh64.js';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** A seed with the texts of its parts, made once: `headerText` without metadata, `metadata`, `studentText`, `data`. */
export function prepareSeed(seed) {
  const { form, json, bytes } = seed;
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const { __metadata__: metadata, ...header } = JSON.parse(
    decoder.decode(bytes.subarray(8, 8 + headerLength)),
  );
  const student = JSON.parse(form === 'b2d' ? metadata.student : json);
  return {
    ...seed,
    headerText: JSON.stringify(header),
    metadata,
    studentText: JSON.stringify(student),
    data: bytes.subarray(8 + headerLength),
  };
}

/**
 * The parts of a seed, to be changed: `header` (tensor entries by name), `metadata`, `student` (the parsed JSON of the
 * student) and `data`. The form `folder` has its student in `json`, the form `b2d` in the metadata.
 */
export function takeApart({ form, headerText, metadata, studentText, data }) {
  const header = JSON.parse(headerText);
  return { form, header, metadata, student: JSON.parse(studentText), data: data.slice() };
}

/** The tensors of taken apart parts as bytes by name; each a copy. */
export function tensorBytes({ header, data }) {
  return Object.fromEntries(
    Object.entries(header).map(
      ([
        name,
        {
          data_offsets: [begin, end],
        },
      ]) => [name, data.slice(begin, end)],
    ),
  );
}

/**
 * A file of parts: `{ form, json, bytes }`. With `isChecked` the checksum is made to fit.
 * `studentText` stands for the JSON of `student` where it is given.
 */
export function putTogether({ form, header, metadata, student, data, studentText }, isChecked) {
  if (form === 'b2d') {
    if (isChecked) setChecksum(student, data);
    const content = { ...metadata, student: studentText ?? JSON.stringify(student) };
    return { form, json: undefined, bytes: joinFile({ __metadata__: content, ...header }, data) };
  }
  const bytes = joinFile({ __metadata__: metadata, ...header }, data);
  if (isChecked) setChecksum(student, bytes);
  return { form, json: studentText ?? JSON.stringify(student), bytes };
}

/** The case with a checksum that fits its bytes, put in by place: for files whose bytes were changed at random. */
export function fixChecksum({ form, json, bytes }) {
  if (form === 'folder') {
    const fixed = json.replace(
      /"(xxh64|sha256)"(: ?)"[^"]*/,
      (_, kind, colon) => `"${kind}"${colon}"${checksumOf(bytes, kind)}`,
    );
    return { form, json: fixed, bytes };
  }
  const data = dataOf(bytes);
  if (data === undefined) return { form, json, bytes };
  for (const kind of ['xxh64', 'sha256']) {
    const digits = encoder.encode(checksumOf(data, kind));
    const place = findDigits(bytes, kind);
    if (place >= 0 && place + digits.length <= bytes.length) bytes.set(digits, place);
  }
  return { form, json, bytes };
}

/** A checksum as hex digits, without WebAssembly. */
export function checksumOf(bytes, kind = 'xxh64') {
  if (kind === 'sha256') return hash('sha256', bytes, 'hex');
  return computeXxh64(bytes).toString(16).padStart(16, '0');
}

function setChecksum(student, bytes) {
  const weights = Object(student?.weights);
  for (const kind of ['xxh64', 'sha256']) {
    if (typeof weights[kind] === 'string') weights[kind] = checksumOf(bytes, kind);
  }
}

function joinFile(header, data) {
  const text = encoder.encode(JSON.stringify(header));
  const headerLength = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + data.length).fill(0x20, 8, 8 + headerLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + headerLength);
  return bytes;
}

/** Where the digits of a checksum begin in a file of the form `b2d`, or -1. */
function findDigits(bytes, kind) {
  const mark = `${kind}\\":\\"`;
  const place = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(mark);
  return place < 0 ? -1 : place + mark.length;
}

function dataOf(bytes) {
  if (bytes.length < 8) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  return length <= BigInt(bytes.length - 8) ? bytes.subarray(8 + Number(length)) : undefined;
}
