// Token by token equal to Python `tokenizers` on 100,000 real texts and 5,000 hostile ones, for each kind of tokenizer.
// Needs BERT2DNN_SHARED; the hashes are of test/golden/make_tokenizer_hashes.py.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { Tokenizer } from '../../src/teacher/tokenizer/tokenizer.js';
import { makeHostileTexts, readRealTexts, type TextRow } from './tokenizer-texts.js';

const shared = process.env['BERT2DNN_SHARED'] ?? '';
const goldenFolder = new URL('../golden/', import.meta.url);

interface Golden {
  source: string;
  numTexts: number;
  pairLimit: number;
  block: number;
  tokenizers: Record<string, { file: string; hashes: string[] }>;
}

const golden = JSON.parse(
  readFileSync(new URL('tokenizer-hashes.json', goldenFolder), 'utf8'),
) as Golden;

function openTokenizer(file: string): Tokenizer {
  const content = file.endsWith('.gz')
    ? gunzipSync(readFileSync(new URL(file, goldenFolder))).toString()
    : readFileSync(join(shared, file), 'utf8');
  return Tokenizer.fromJson(JSON.parse(content), file);
}

function hashBlock(tokenizer: Tokenizer, rows: readonly TextRow[]): string {
  const hash = createHash('sha256');
  for (const [first, second] of rows) {
    const limit = second === undefined ? Number.MAX_SAFE_INTEGER : golden.pairLimit;
    const { ids, typeIds, wordIds } = tokenizer.encode(first, second, limit);
    const words = wordIds.map((word) => word ?? '-').join(' ');
    hash.update(`${ids.join(' ')}|${typeIds.join('')}|${words}\n`);
  }
  return hash.digest('hex');
}

describe.skipIf(shared === '')(`100,000 texts: ${golden.source}`, () => {
  let rows: TextRow[] = [];
  beforeAll(() => {
    rows = [...readRealTexts(join(shared, 'data')), ...makeHostileTexts(5000)];
  });

  it('has the texts that the hashes are of', () => {
    expect(rows.length).toBe(golden.numTexts);
  });

  it.each(Object.entries(golden.tokenizers))('%s gives the tokens of every block', (_, entry) => {
    const tokenizer = openTokenizer(entry.file);
    const hashes: string[] = [];
    for (let start = 0; start < rows.length; start += golden.block) {
      hashes.push(hashBlock(tokenizer, rows.slice(start, start + golden.block)));
    }
    expect(hashes).toEqual(entry.hashes);
  });
});
