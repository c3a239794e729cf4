// Writes safetensors: the same tensors give the same bytes, whatever their order.
import { StudentError } from '../errors.js';
import { DATA_TYPE_SIZES, type SafetensorsDataType } from './data-types.js';

/** A tensor to write: values as a typed array, or bytes in the file's layout. */
export interface TensorToWrite {
  dtype: SafetensorsDataType;
  shape: readonly number[];
  data: ArrayBufferView;
}

/**
 * The bytes of a safetensors file. Tensors lie by size of type, largest first, then by name, so that every one is
 * aligned; the header is padded with spaces to a multiple of 8.
 * @throws {StudentError} SAFETENSORS_SIZE if a tensor's bytes are not what data type and shape ask for.
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, TensorToWrite>>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  const names = Object.keys(tensors).sort((left, right) => {
    const bySize = DATA_TYPE_SIZES[tensors[right].dtype] - DATA_TYPE_SIZES[tensors[left].dtype];
    return bySize !== 0 ? bySize : left < right ? -1 : 1;
  });
  const entries: [string, unknown][] = [];
  if (metadata !== undefined) entries.push(['__metadata__', sortKeys(metadata)]);
  let end = 0;
  for (const name of names) {
    const { dtype, shape, data } = tensors[name];
    const expected = shape.reduce((product, size) => product * size, DATA_TYPE_SIZES[dtype]);
    if (data.byteLength !== expected) {
      const message = `tensor ${name}: got ${data.byteLength} bytes, expected ${expected} for ${dtype} [${shape}]`;
      throw new StudentError('SAFETENSORS_SIZE', message);
    }
    entries.push([name, { dtype, shape, data_offsets: [end, end + expected] }]);
    end += expected;
  }
  // Not an object: its number-like keys would come first.
  const members = entries.map(
    ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  const header = new TextEncoder().encode(`{${members.join(',')}}`);
  const headerLength = Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + end).fill(0x20, 8, 8 + headerLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(header, 8);
  let position = 8 + headerLength;
  for (const name of names) {
    const { buffer, byteOffset, byteLength } = tensors[name].data;
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), position);
    position += byteLength;
  }
  return bytes;
}

/** The bytes behind the header of a sound safetensors file: a view. */
export function dataPart(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bytes.subarray(8 + Number(view.getBigUint64(0, true)));
}

function sortKeys(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).sort(([left], [right]) => (left < right ? -1 : 1)),
  );
}
