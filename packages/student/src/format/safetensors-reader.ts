// Reads safetensors without copying and without trust: each way a file can lie has an error of its own, and all are
// checked before the first tensor is handed out. Source: huggingface/safetensors, README "Format".
import { StudentError, type StudentErrorCode } from '../errors.js';
import { showValue } from '../shown-value.js';
import { DATA_TYPE_SIZES, type SafetensorsDataType, type SafetensorsTensor } from './data-types.js';
import { findDuplicateKey } from './duplicate-keys.js';

/** Longest header, as in the reference implementation. */
export const MAX_HEADER_LENGTH = 100_000_000;

/** The content of a safetensors file. */
export interface SafetensorsFile {
  /** By name, in the order of their data. */
  tensors: Map<string, SafetensorsTensor>;
  metadata: Record<string, string>;
}

/** Where a tensor lies in the data part. */
interface Entry {
  name: string;
  dtype: SafetensorsDataType;
  shape: number[];
  begin: number;
  end: number;
}

/**
 * The tensors of a safetensors file as views of its bytes.
 * @throws {StudentError} with the code of the rule that is broken: SAFETENSORS_TRUNCATED, _HEADER_LENGTH,
 * _HEADER_JSON, _DUPLICATE_NAME, _METADATA, _ENTRY, _DTYPE, _SHAPE, _OFFSETS, _SIZE, _BOUNDS, _OVERLAP, _HOLE.
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsFile {
  const headerLength = readHeaderLength(bytes);
  const header = parseHeader(bytes.subarray(8, 8 + headerLength));
  const data = bytes.subarray(8 + headerLength);
  const metadata = readMetadata(header.get('__metadata__'));
  header.delete('__metadata__');
  const entries = [...header].map(([name, value]) => readEntry(name, value));
  entries.sort((left, right) => left.begin - right.begin || left.end - right.end);
  checkCoverage(entries, data.length);
  const tensors = new Map<string, SafetensorsTensor>();
  for (const { name, dtype, shape, begin, end } of entries) {
    tensors.set(name, { dtype, shape, data: data.subarray(begin, end) });
  }
  return { tensors, metadata };
}

function readHeaderLength(bytes: Uint8Array): number {
  if (bytes.length < 8) {
    fail('SAFETENSORS_TRUNCATED', `file: got ${bytes.length} bytes, expected at least 8`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  const length = view.getBigUint64(0, true);
  const limit = Math.min(MAX_HEADER_LENGTH, bytes.length - 8);
  if (length > BigInt(limit)) {
    const message = `header: got a length of ${length} bytes, expected at most ${limit}`;
    fail('SAFETENSORS_HEADER_LENGTH', message);
  }
  return Number(length);
}

function parseHeader(bytes: Uint8Array): Map<string, unknown> {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (cause) {
    throw new StudentError('SAFETENSORS_HEADER_JSON', 'header: expected JSON in UTF-8', { cause });
  }
  // The format wants "{" first: no white space before it.
  if (!isObject(header) || bytes[0] !== 0x7b) {
    fail('SAFETENSORS_HEADER_JSON', 'header: expected a JSON object that begins with "{"');
  }
  const duplicate = findDuplicateKey(text);
  if (duplicate !== undefined) {
    fail('SAFETENSORS_DUPLICATE_NAME', `header: "${duplicate}" occurs twice`);
  }
  return new Map(Object.entries(header));
}

function readMetadata(value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (!isObject(value) || Object.values(value).some((text) => typeof text !== 'string')) {
    fail('SAFETENSORS_METADATA', '__metadata__: expected a map from text to text');
  }
  return value as Record<string, string>;
}

function readEntry(name: string, value: unknown): Entry {
  const members = isObject(value) ? Object.keys(value).sort().join(', ') : typeof value;
  if (!isObject(value) || members !== 'data_offsets, dtype, shape') {
    const message = `tensor ${name}: got ${members}, expected data_offsets, dtype, shape`;
    fail('SAFETENSORS_ENTRY', message);
  }
  const { dtype } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(DATA_TYPE_SIZES, dtype)) {
    const known = Object.keys(DATA_TYPE_SIZES).join(' ');
    const got = showValue(dtype);
    fail('SAFETENSORS_DTYPE', `tensor ${name}: got data type ${got}, expected one of ${known}`);
  }
  const shape = readWholeNumbers(value.shape);
  const numValues = shape?.reduce((product, size) => product * size, 1);
  if (shape === undefined || !Number.isSafeInteger(numValues)) {
    const got = showValue(value.shape);
    fail('SAFETENSORS_SHAPE', `tensor ${name}: got shape ${got}, expected whole numbers`);
  }
  const offsets = readWholeNumbers(value.data_offsets);
  if (offsets?.length !== 2 || offsets[0] > offsets[1]) {
    const got = showValue(value.data_offsets);
    fail('SAFETENSORS_OFFSETS', `tensor ${name}: got offsets ${got}, expected [begin, end]`);
  }
  const [begin, end] = offsets;
  const size = numValues! * DATA_TYPE_SIZES[dtype as SafetensorsDataType];
  if (end - begin !== size) {
    const got = `tensor ${name}: got ${end - begin} bytes`;
    fail('SAFETENSORS_SIZE', `${got}, expected ${size} for ${dtype} [${shape}]`);
  }
  return { name, dtype: dtype as SafetensorsDataType, shape, begin, end };
}

/** Entries in order must cover the data: no byte outside, none twice, none left over. */
function checkCoverage(entries: readonly Entry[], dataLength: number): void {
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (end > dataLength) {
      const message = `tensor ${name}: ends at byte ${end}, but the data has ${dataLength}`;
      fail('SAFETENSORS_BOUNDS', message);
    }
    if (begin < covered) {
      fail(
        'SAFETENSORS_OVERLAP',
        `tensor ${name}: begins at ${begin}, before ${covered} where another ends`,
      );
    }
    if (begin > covered) {
      fail(
        'SAFETENSORS_HOLE',
        `tensor ${name}: begins at ${begin}, bytes from ${covered} belong to none`,
      );
    }
    covered = end;
  }
  if (covered !== dataLength) {
    fail('SAFETENSORS_HOLE', `data: got ${dataLength} bytes, but the tensors end at ${covered}`);
  }
}

function readWholeNumbers(value: unknown): number[] | undefined {
  const isList =
    Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
  return isList ? value : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fail(code: StudentErrorCode, message: string): never {
  throw new StudentError(code, message, {
    hint: 'The file is not a sound safetensors file; copy or download it again.',
  });
}
