// Texts as rows to mask: words marked, long texts split without loss, empty ones left out; and which rows are held out.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExamples } from '../../src/data/index.js';
import { createRandom } from '../../src/foundation/random.js';
import { holdOut, MAX_HELD_OUT } from '../../src/teacher/held-out.js';
import { createMasker, maskBatch } from '../../src/teacher/masked-batch.js';
import { NO_WORD, wholeWordMasking } from '../../src/teacher/masking.js';
import {
  type PretrainingSet,
  readPretrainingSet,
  splitEncoding,
  wordsOfRow,
} from '../../src/teacher/pretraining-set.js';
import { Tokenizer } from '../../src/teacher/tokenizer/tokenizer.js';
import { buildTokenizerJson } from '../../src/teacher/tokenizer/tokenizer-json.js';
import { trainVocabulary, WordCounter } from '../../src/teacher/tokenizer/vocabulary-training.js';

const PIECES = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a', 'b', '##a', '##b', ','];
const tokenizer = Tokenizer.fromJson(
  buildTokenizerJson({ pieces: PIECES, lowercase: true, maxTokens: 64 }),
  'made',
);

let work: string;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'pretraining-set-'));
});
afterAll(() => rm(work, { recursive: true }));

async function read(lines: string[], maxTokens: number): Promise<PretrainingSet> {
  const path = join(work, 'texts.tsv');
  await writeFile(path, `${lines.join('\n')}\n`);
  return readPretrainingSet(await openExamples([path]), { tokenizer, maxTokens });
}

/** Pieces of a row. */
function spell({ texts }: PretrainingSet, row: number): string {
  const ids = texts.ids.subarray(texts.offsets[row], texts.offsets[row + 1]);
  return Array.from(ids, (id) => PIECES[id]).join(' ');
}

describe('readPretrainingSet', () => {
  it('gives each token its word, none to special and unknown ones', async () => {
    const set = await read(['text', 'ab, xy ba'], 64);
    expect(spell(set, 0)).toBe('[CLS] a ##b , [UNK] b ##a [SEP]');
    expect([...wordsOfRow(set, 0)]).toEqual([NO_WORD, 0, 0, 1, NO_WORD, 2, 2, NO_WORD]);
  });

  it('keeps the two texts of a pair apart, and cuts it as a classifier does', async () => {
    const set = await read(['query\ttitle', 'ab\tab', 'a\tb b b b b b'], 6);
    expect(spell(set, 0)).toBe('[CLS] a [SEP] a ##b [SEP]');
    expect([...wordsOfRow(set, 0)]).toEqual([NO_WORD, 0, NO_WORD, 1, 1, NO_WORD]);
    expect(spell(set, 1)).toBe('[CLS] a [SEP] b b [SEP]');
    expect([...set.texts.typeIds.subarray(0, 6)]).toEqual([0, 0, 0, 1, 1, 1]);
    expect(set.numSplit).toBe(0);
  });

  it('leaves out texts without a known word and says how many', async () => {
    const set = await read(['text', 'a', 'xy', '[MASK]', '-', 'b'], 64);
    expect([set.texts.numRows, set.numSkipped]).toEqual([2, 3]);
  });

  it('splits a long text between words, without loss, and its rows share a hash', async () => {
    const set = await read(['text', 'a bab b a', 'a'], 5);
    const rows = [0, 1, 2, 3].map((row) => spell(set, row));
    expect(rows).toEqual([
      '[CLS] a [SEP]',
      '[CLS] b ##a ##b [SEP]',
      '[CLS] b a [SEP]',
      '[CLS] a [SEP]',
    ]);
    expect(set.numSplit).toBe(1);
    expect(new Set(set.textHashes.subarray(0, 3)).size).toBe(1);
    expect(set.textHashes[3]).not.toBe(set.textHashes[0]);
  });
});

describe('splitEncoding', () => {
  const word = fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 9 });
  it('loses no token, keeps the limit, and cuts a word only if it alone is too long', () => {
    const texts = fc.array(word, { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 5, max: 12 }), (words, maxTokens) => {
        const text = words.map((letters) => letters.join('')).join(' ');
        const whole = tokenizer.encode(text, undefined, Number.MAX_SAFE_INTEGER);
        const parts = splitEncoding(whole, maxTokens);
        const inner = parts.flatMap(({ ids }) => ids.slice(1, -1));
        expect(inner).toEqual(whole.ids.slice(1, -1));
        let at = 1;
        for (const { ids, typeIds } of parts) {
          expect(ids.length).toBeLessThanOrEqual(maxTokens);
          expect([ids[0], ids.at(-1), typeIds.length]).toEqual([2, 3, ids.length]);
          const first = whole.wordIds[at];
          const isCut = at > 1 && whole.wordIds[at - 1] === first;
          const length = whole.wordIds.filter((one) => one === first).length;
          if (isCut) expect(length).toBeGreaterThan(maxTokens - 2);
          at += ids.length - 2;
        }
      }),
    );
  });
});

describe('holdOut', () => {
  const hashes = Uint32Array.from({ length: 20_000 }, (_, row) => Math.floor(row / 2));
  it('holds out the share of the rows, equal texts together, and repeats', () => {
    const { train, dev } = holdOut(hashes, { share: 0.1, seed: 1 });
    expect(dev.length).toBe(2000);
    expect(train.length + dev.length).toBe(20_000);
    const heldOut = new Set(dev.map((row) => hashes[row]));
    expect(train.some((row) => heldOut.has(hashes[row]))).toBe(false);
    expect(holdOut(hashes, { share: 0.1, seed: 1 }).dev).toEqual(dev);
    expect(holdOut(hashes, { share: 0.1, seed: 2 }).dev).not.toEqual(dev);
  });

  it('holds out one row at least and no more than the limit', () => {
    const distinct = Uint32Array.from({ length: 100 }, (_, row) => row);
    expect(holdOut(distinct, { share: 0.001, seed: 1 }).dev.length).toBe(1);
    const { train, dev } = holdOut(hashes, { share: 0.5, seed: 1 });
    expect([dev.length, train.length]).toEqual([MAX_HELD_OUT, 20_000 - MAX_HELD_OUT]);
    const equal = new Uint32Array(10_000);
    equal.set([1, 2, 3]);
    const seeds = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => holdOut(equal, { share: 0.0001, seed }));
    for (const split of seeds) expect(split.dev.length).toBeLessThanOrEqual(MAX_HELD_OUT);
  });

  it('refuses fewer than two texts', () => {
    for (const few of [new Uint32Array(0), new Uint32Array(1), new Uint32Array(9)]) {
      expect(() => holdOut(few, { share: 0.1, seed: 1 })).toThrow(/rows with a word/);
    }
  });
});

describe('WordCounter', () => {
  it('gives the vocabulary of the texts that went by', () => {
    const texts = ['extraordinary hats', 'hats, extraordinarily cheap', 'a hat', ''];
    const words = new WordCounter();
    for (const text of texts) words.add(text);
    expect(words.counts.get('hats')).toBe(2);
    expect(trainVocabulary(words)).toEqual(trainVocabulary(texts));
  });
});

describe('createMasker', () => {
  it('knows the mask token, and draws neither special nor unknown tokens', () => {
    const masker = createMasker(tokenizer, wholeWordMasking({}), 'made');
    expect([masker.maskId, masker.padId]).toEqual([4, 0]);
    const random = createRandom(1);
    const drawn = new Set(Array.from({ length: 300 }, () => masker.drawToken(random)));
    expect([...drawn].sort()).toEqual([5, 6, 7, 8, 9]);
  });

  it('refuses a tokenizer without mask token', () => {
    const pieces = PIECES.filter((piece) => piece !== '[MASK]');
    const json = buildTokenizerJson({ pieces, lowercase: true, maxTokens: 64 });
    const without = Tokenizer.fromJson(json, 'made');
    expect(() => createMasker(without, wholeWordMasking({}), 'made')).toThrow(
      /made: the tokenizer has no mask token/,
    );
  });
});

describe('maskBatch', () => {
  it('places and labels a row alike in whatever batch it comes', async () => {
    const set = await read(['text', 'ab ba a b', 'a b ab aa bb ba', 'b'], 64);
    const masker = createMasker(tokenizer, wholeWordMasking({ share: 0.5 }), 'made');
    const randomOf = (row: number) => createRandom(1, `row:${row}`);
    const batchOf = (rows: number[]) => {
      const { feeds, numMasked } = maskBatch(set, rows, { masker, randomOf });
      const S = feeds['input_ids'].shape[1];
      const positions = [...(feeds['masked_positions'].data as Int32Array)];
      const labels = [...(feeds['masked_labels'].data as Int32Array)];
      expect(positions.length).toBe(numMasked);
      return rows.map((row, index) => {
        const own = positions.flatMap((position, at) =>
          Math.floor(position / S) === index ? [[position % S, labels[at]]] : [],
        );
        for (const [position, label] of own)
          expect(label).toBe(set.texts.ids[set.texts.offsets[row] + position]);
        const length = set.texts.offsets[row + 1] - set.texts.offsets[row];
        const seen = feeds['input_ids'].data.subarray(index * S, index * S + length);
        return { own, seen: [...(seen as Int32Array)] };
      });
    };
    const [first, second, third] = batchOf([0, 1, 2]);
    expect(batchOf([2, 0])).toEqual([third, first]);
    expect(batchOf([1])).toEqual([second]);
    expect(new Set(second.own.map(([position]) => wordsOfRow(set, 1)[position])).size).toBe(3);
  });
});
