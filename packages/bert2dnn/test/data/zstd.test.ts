// Zstandard against files of the zstd command line, and on broken data.
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decompressZstd } from '../../src/data/zstd.js';

interface GoldenCase {
  name: string;
  plainBytes: number;
  plainSha256: string;
  compressed: string;
}

// Made by golden/make_zstd.py.
const CASES = JSON.parse(
  readFileSync(new URL('../golden/zstd.json', import.meta.url), 'utf8'),
) as GoldenCase[];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bert2dnn-zstd-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function decompress(bytes: Uint8Array, highWaterMark: number) {
  const path = join(folder, 'x.zst');
  await writeFile(path, bytes);
  const chunks: Uint8Array[] = [];
  for await (const chunk of decompressZstd(createReadStream(path, { highWaterMark })))
    chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('decompressZstd', () => {
  it.each(CASES)('reads what the zstd command wrote: $name', async (golden) => {
    for (const highWaterMark of [1 << 16, 13]) {
      const plain = await decompress(Buffer.from(golden.compressed, 'base64'), highWaterMark);
      expect(plain.length).toBe(golden.plainBytes);
      expect(createHash('sha256').update(plain).digest('hex')).toBe(golden.plainSha256);
    }
  });

  it('refuses a file that is cut off and one that is none', async () => {
    const golden = CASES.find((each) => each.name === 'best') as GoldenCase;
    const good = Buffer.from(golden.compressed, 'base64');
    for (const bad of [good.subarray(0, good.length >> 1), Buffer.from('query\ttitle\n')]) {
      await expect(decompress(bad, 1 << 16)).rejects.toMatchObject({
        code: 'ZSTD_CORRUPT',
      });
    }
  });
});
