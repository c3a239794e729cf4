// The cache: what was put is found by every process, whatever a killed one left behind.
import { execFile } from 'node:child_process';
import { appendFile, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/foundation/fingerprint.js';
import { AnswerCache, answerKey } from '../../../src/teacher/endpoint/answer-cache.js';
import { makeFolder } from './served.js';

const CHILD = fileURLToPath(new URL('./cache-child.mjs', import.meta.url));

async function cacheIn(folder: string, entries: [string, Json][]): Promise<void> {
  const cache = new AnswerCache(folder);
  for (const [question, answer] of entries) cache.put(answerKey(question), answer);
  cache.close();
}

async function segmentsOf(folder: string): Promise<string[]> {
  return (await readdir(folder)).map((name) => join(folder, name));
}

function opened(folder: string): AnswerCache {
  const cache = new AnswerCache(folder);
  cache.refresh();
  return cache;
}

describe('AnswerCache', () => {
  it('keeps any answers, as a map does, over several openings', async () => {
    const entries = fc.array(
      fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.jsonValue()), { maxLength: 8 }),
      { maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(entries, async (openings) => {
        const folder = join(await makeFolder(), 'new');
        const twin = new Map<string, Json>();
        for (const opening of openings) {
          await cacheIn(folder, opening as [string, Json][]);
          for (const [question, answer] of opening) {
            // The first answer stays when another process answers again; within one the last.
            twin.set(question, answer as Json);
          }
        }
        const cache = opened(folder);
        for (const question of twin.keys()) {
          const given = openings.flat().filter(([each]) => each === question);
          const got = JSON.stringify(cache.get(answerKey(question)));
          expect(given.map(([, answer]) => JSON.stringify(answer))).toContain(got);
        }
        expect(cache.get(answerKey(['never asked']))).toBeUndefined();
        cache.close();
      }),
      { numRuns: 30 },
    );
  });

  it('ignores a line torn at any byte, and what is no line of it', async () => {
    const folder = await makeFolder();
    await cacheIn(folder, [
      ['a', { grade: 'ä1' }],
      ['b', { grade: 2 }],
    ]);
    const [segment] = await segmentsOf(folder);
    const whole = await readFile(segment);
    const firstEnd = whole.indexOf(10) + 1;
    for (let size = whole.length; size >= 0; size--) {
      await writeFile(segment, whole);
      await truncate(segment, size);
      const cache = opened(folder);
      expect(cache.get(answerKey('a'))).toEqual(size >= firstEnd ? { grade: 'ä1' } : undefined);
      expect(cache.get(answerKey('b'))).toEqual(size === whole.length ? { grade: 2 } : undefined);
      cache.close();
    }
    await writeFile(segment, `nonsense\n{"key":"${answerKey('a')}","answer":{"gra\n`);
    await appendFile(segment, whole.subarray(firstEnd));
    const cache = opened(folder);
    expect(cache.get(answerKey('a'))).toBeUndefined();
    expect(cache.has(answerKey('a'))).toBe(false);
    expect(cache.get(answerKey('b'))).toEqual({ grade: 2 });
    cache.close();
  });

  it('sees what another wrote since, and a line that grows whole', async () => {
    const folder = await makeFolder();
    const reader = opened(folder);
    const writer = new AnswerCache(folder);
    writer.put(answerKey('a'), 1);
    expect(reader.has(answerKey('a'))).toBe(false);
    reader.refresh();
    expect(reader.get(answerKey('a'))).toBe(1);
    const line = `{"key":"${answerKey('b')}","answer":2}\n`;
    const other = join(folder, 'answers-1-other.jsonl');
    await writeFile(other, line.slice(0, 20));
    reader.refresh();
    await appendFile(other, line.slice(20));
    writer.put(answerKey('c'), 3);
    reader.refresh();
    expect([reader.get(answerKey('b')), reader.get(answerKey('c'))]).toEqual([2, 3]);
    reader.close();
    writer.close();
  });

  it('is shared by processes that write at once', async () => {
    const folder = await makeFolder();
    const run = promisify(execFile);
    const children = [0, 1, 2].map((child) =>
      run(process.execPath, [CHILD, folder, String(child * 200), '400']),
    );
    await Promise.all(children);
    const cache = opened(folder);
    for (let question = 0; question < 800; question++) {
      expect(cache.get(answerKey(question))).toEqual({ question, text: 'ü'.repeat(question) });
    }
    cache.close();
  });
});

describe('answerKey', () => {
  it('does not depend on the order of members', () => {
    expect(answerKey({ a: 1, b: [2] })).toBe(answerKey({ b: [2], a: 1 }));
    expect(answerKey({ a: 1 })).not.toBe(answerKey({ a: '1' }));
  });
});
