// The tokenizer against Hugging Face's ids (test/golden/make_tokenizer.py) and against its own rules.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forEachWord, normalizeBert } from '../../src/teacher/tokenizer/bert-words.js';
import { truncateLongestFirst } from '../../src/teacher/tokenizer/encoding.js';
import { Tokenizer } from '../../src/teacher/tokenizer/tokenizer.js';
import { buildTokenizerJson, specialTokens } from '../../src/teacher/tokenizer/tokenizer-json.js';

interface GoldenCase {
  options: Record<string, boolean | null>;
  codePointsSha256: string;
  tokenizer: Record<string, unknown>;
  singles: number[][];
  pairs: { limit: number; first: number; second: number; ids: number[]; typeIds: string }[];
}

const golden = JSON.parse(
  readFileSync(new URL('../golden/tokenizer.golden.json', import.meta.url), 'utf8'),
) as { texts: string[]; cases: GoldenCase[] };

describe.each(golden.cases)('Hugging Face tokenizer with $options', (goldenCase) => {
  const tokenizer = Tokenizer.fromJson(goldenCase.tokenizer, 'golden');

  it('gives the ids of single texts', () => {
    const ids = golden.texts.map((text) => tokenizer.encode(text, undefined, 512).ids);
    expect(ids).toEqual(goldenCase.singles);
  });

  it('gives the ids and type ids of pairs, cut longest first', () => {
    for (const pair of goldenCase.pairs) {
      const [first, second] = [golden.texts[pair.first], golden.texts[pair.second]];
      const encoding = tokenizer.encode(first, second, pair.limit);
      expect(encoding.ids).toEqual(pair.ids);
      expect(encoding.typeIds.join('')).toBe(pair.typeIds);
    }
  });

  it('normalises and splits every code point alike', () => {
    const { options } = goldenCase;
    const hash = createHash('sha256');
    for (let code = 0; code < 0x110000; code++) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const words: string[] = [];
      const normalized = normalizeBert(`a${String.fromCodePoint(code)}b`, {
        cleanText: options['clean_text'] === true,
        handleChineseChars: options['handle_chinese_chars'] === true,
        stripAccents: options['strip_accents'] ?? options['lowercase'] === true,
        lowercase: options['lowercase'] === true,
      });
      forEachWord(normalized, (word) => words.push(word));
      hash.update(`${words.join('|')}\n`);
    }
    expect(hash.digest('hex')).toBe(goldenCase.codePointsSha256);
  });
});

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];
const letterTokenizer = Tokenizer.fromJson(
  buildTokenizerJson({
    pieces: [...specialTokens(), ...LETTERS, ...LETTERS.map((letter) => `##${letter}`), 'the'],
    lowercase: true,
    maxTokens: 32,
  }),
  'letters',
);

describe('tokenizer rules', () => {
  it('gives the same ids the second time, from the word cache', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const once = letterTokenizer.encode(text, undefined, 32);
        expect(letterTokenizer.encode(text, undefined, 32)).toEqual(once);
      }),
    );
  });

  it('keeps within the limit, with [CLS] first and [SEP] last', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.integer({ min: 3, max: 40 }), (one, two, limit) => {
        const { ids, typeIds } = letterTokenizer.encode(one, two, limit);
        expect(ids.length).toBeLessThanOrEqual(limit);
        expect(typeIds.length).toBe(ids.length);
        expect([ids[0], ids.at(-1)]).toEqual([2, 3]);
      }),
    );
  });

  it('cuts no text while the longer one can give', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(50), fc.nat(60), (numFirst, numSecond, limit) => {
        const first = new Array<number>(numFirst).fill(1);
        const second = new Array<number>(numSecond).fill(2);
        truncateLongestFirst(first, second, limit);
        expect(first.length + second.length).toBe(Math.min(limit, numFirst + numSecond));
        if (first.length < numFirst) expect(first.length).toBeGreaterThanOrEqual(second.length - 1);
        if (second.length < numSecond)
          expect(second.length).toBeGreaterThanOrEqual(first.length - 1);
      }),
    );
  });

  it('spells "the" as one piece and a lone surrogate as nothing', () => {
    expect(letterTokenizer.encodeText('The cat')).toEqual([57, 7, 31, 50]);
    expect(letterTokenizer.encodeText('a\ud800b')).toEqual(letterTokenizer.encodeText('ab'));
  });
});

describe('bad tokenizers', () => {
  const base = JSON.parse(JSON.stringify(golden.cases[0].tokenizer)) as {
    model: { type: string; vocab: Record<string, number> };
    added_tokens: { content: string; lstrip: boolean }[];
    normalizer: unknown;
  };
  const broken = (change: (json: typeof base) => void) => {
    const json = structuredClone(base);
    change(json);
    return () => Tokenizer.fromJson(json, 'dir/tokenizer.json');
  };

  it.each([
    [
      'no [SEP]',
      (json: typeof base) => {
        delete json.model.vocab['[SEP]'];
        json.added_tokens = json.added_tokens.filter((token) => token.content !== '[SEP]');
      },
      /dir\/tokenizer\.json: special token "\[SEP\]" is not in the vocabulary/,
    ],
    [
      'another model',
      (json: typeof base) => {
        json.model.type = 'WordLevel';
      },
      /"model\.type" is "WordLevel"/,
    ],
    [
      'another normaliser',
      (json: typeof base) => {
        json.normalizer = { type: 'Pinyin' };
      },
      /"normalizer\.type" is "Pinyin"/,
    ],
  ])('refuses one with %s', (_, change, message) => {
    expect(broken(change)).toThrow(message);
    expect(broken(change)).toThrow(expect.objectContaining({ code: 'TOKENIZER_INVALID' }));
  });
});
