// A writer of the protobuf wire format: just the field kinds that ONNX models use.
// Large payloads are kept as views until the end, so weights are copied once.
// Source: https://protobuf.dev/programming-guides/encoding/

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

const textEncoder = new TextEncoder();

/** One message under construction. Fields appear in the order in which they are added. */
export class ProtobufMessage {
  readonly #chunks: Uint8Array[] = [];
  #sizeBytes = 0;

  /** An int32, int64, enum or bool field. @throws RangeError when the value is no safe integer. */
  integer(field: number, value: number): this {
    this.#key(field, VARINT);
    return this.#append(encodeVarint(value));
  }

  /** A float field. */
  float(field: number, value: number): this {
    this.#key(field, FIXED_32);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#append(bytes);
  }

  /** A string field. */
  text(field: number, value: string): this {
    return this.bytes(field, textEncoder.encode(value));
  }

  /** A bytes field; the array is read when `finish` runs. */
  bytes(field: number, value: Uint8Array): this {
    this.#key(field, LENGTH_DELIMITED);
    this.#append(encodeVarint(value.length));
    return this.#append(value);
  }

  /** An embedded message. */
  message(field: number, value: ProtobufMessage): this {
    this.#key(field, LENGTH_DELIMITED);
    this.#append(encodeVarint(value.#sizeBytes));
    for (const chunk of value.#chunks) this.#append(chunk);
    return this;
  }

  /** A field that occurs once per value. */
  repeated<Value>(values: Iterable<Value>, add: (message: this, value: Value) => void): this {
    for (const value of values) add(this, value);
    return this;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The encoded message. */
  finish(): Uint8Array {
    const encoded = new Uint8Array(this.#sizeBytes);
    let offset = 0;
    for (const chunk of this.#chunks) {
      encoded.set(chunk, offset);
      offset += chunk.length;
    }
    return encoded;
  }

  #key(field: number, wireType: number): void {
    this.#append(encodeVarint(field * 8 + wireType));
  }

  #append(chunk: Uint8Array): this {
    this.#chunks.push(chunk);
    this.#sizeBytes += chunk.length;
    return this;
  }
}

/** A base-128 varint; negative numbers take ten bytes, as 64-bit two's complement. */
function encodeVarint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`protobuf: ${value} is no safe integer`);
  }
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
