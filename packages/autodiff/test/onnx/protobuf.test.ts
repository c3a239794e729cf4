// Bytes from the protobuf encoding guide, https://protobuf.dev/programming-guides/encoding/
import { describe, expect, it } from 'vitest';
import { ProtobufMessage } from '../../src/onnx/protobuf.js';

const hex = (message: ProtobufMessage) => Buffer.from(message.finish()).toString('hex');

describe('ProtobufMessage', () => {
  it('writes the examples of the encoding guide', () => {
    const test1 = new ProtobufMessage().integer(1, 150);
    expect(hex(test1)).toBe('089601');
    expect(hex(new ProtobufMessage().text(2, 'testing'))).toBe('120774657374696e67');
    expect(hex(new ProtobufMessage().message(3, test1))).toBe('1a03089601');
    // "-2 is encoded as the 10-byte 2^64 - 2": FE, eight FF, 01.
    expect(hex(new ProtobufMessage().integer(1, -2))).toBe('08feffffffffffffffff01');
  });

  it('writes floats as four little-endian bytes', () => {
    // 1.5 = 0x3fc00000
    expect(hex(new ProtobufMessage().float(2, 1.5))).toBe('150000c03f');
  });

  it('writes zero, the largest safe integer and field numbers above 15', () => {
    expect(hex(new ProtobufMessage().integer(20, 0))).toBe('a00100');
    // 2^53 - 1: seven groups of seven ones and four more bits.
    expect(hex(new ProtobufMessage().integer(1, Number.MAX_SAFE_INTEGER))).toBe(
      '08ffffffffffffff0f',
    );
    expect(() => new ProtobufMessage().integer(1, 2 ** 53)).toThrowError(RangeError);
    expect(() => new ProtobufMessage().integer(1, 0.5)).toThrowError(/0.5 is no safe integer/);
  });

  it('writes text as UTF-8 and keeps the order of fields', () => {
    const message = new ProtobufMessage().repeated(['é', ''], (self, value) => self.text(1, value));
    expect(hex(message)).toBe('0a02c3a90a00');
    expect(message.sizeBytes).toBe(6);
  });
});
