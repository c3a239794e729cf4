import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  fingerprintBytes,
  fingerprintFile,
  fingerprintJson,
  fingerprintPath,
  stableStringify,
} from '../../src/foundation/fingerprint.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bert2dnn-fingerprint-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('fingerprints', () => {
  it('are the head of SHA-256', async () => {
    const expected = createHash('sha256').update('abc').digest('hex').slice(0, 16);
    await writeFile(join(folder, 'x'), 'abc');
    expect(fingerprintBytes(new TextEncoder().encode('abc'))).toBe(expected);
    expect(await fingerprintFile(join(folder, 'x'))).toBe(expected);
  });

  it('do not depend on the order of keys and drop undefined', () => {
    expect(fingerprintJson({ a: 1, b: { c: 2, d: undefined } })).toBe(
      fingerprintJson({ b: { c: 2 }, a: 1 }),
    );
    expect(fingerprintJson({ a: 1 })).not.toBe(fingerprintJson({ a: '1' }));
  });

  it('stable text parses to the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(stableStringify(value as never))).toEqual(
          JSON.parse(JSON.stringify(value)),
        );
      }),
    );
  });

  it('of a folder changes with a name and with a byte, not with a dot file', async () => {
    await mkdir(join(folder, 'sub'));
    await writeFile(join(folder, 'sub', 'a'), '1');
    const first = await fingerprintPath(folder);
    await writeFile(join(folder, '.note'), 'x');
    expect(await fingerprintPath(folder)).toBe(first);
    await writeFile(join(folder, 'sub', 'a'), '2');
    const second = await fingerprintPath(folder);
    expect(second).not.toBe(first);
    await rm(join(folder, 'sub', 'a'));
    await writeFile(join(folder, 'sub', 'b'), '2');
    expect(await fingerprintPath(folder)).not.toBe(second);
  });
});
