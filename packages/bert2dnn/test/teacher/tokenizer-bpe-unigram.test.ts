// Byte-level BPE, Unigram and flagged WordPiece tokenizers against Python `tokenizers` (test/golden/make_tokenizers_bpe_unigram.py):
// every supported member, flagged added tokens, pairs cut short, and every code point through each normalizer.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildNormalizer, normalizerSchema } from '../../src/teacher/tokenizer/normalizers.js';
import {
  buildPreTokenizer,
  preTokenizerSchema,
} from '../../src/teacher/tokenizer/pre-tokenizers.js';
import { Tokenizer } from '../../src/teacher/tokenizer/tokenizer.js';

/** Ids, type ids in one string, word ids. */
type Tokens = [number[], string, (number | null)[]];

interface Golden {
  source: string;
  texts: string[];
  codePoints: Record<string, { normalizer?: unknown; preTokenizer?: unknown; sha256: string }>;
  cases: Record<
    string,
    {
      tokenizer: Record<string, unknown>;
      singles: Tokens[];
      /** Limit, number of the first and of the second text, tokens. */
      pairs: [number, number, number, ...Tokens][];
    }
  >;
}

const golden = JSON.parse(
  gunzipSync(
    readFileSync(new URL('../golden/tokenizers-bpe-unigram.golden.json.gz', import.meta.url)),
  ).toString(),
) as Golden;

function encode(tokenizer: Tokenizer, first: string, second?: string, limit = 100_000): Tokens {
  const { ids, typeIds, wordIds } = tokenizer.encode(first, second, limit);
  return [ids, typeIds.join(''), wordIds];
}

describe.each(Object.entries(golden.cases))('%s', (_, { tokenizer: json, singles, pairs }) => {
  const tokenizer = Tokenizer.fromJson(json, 'golden');

  it('gives the tokens and words of single texts', () => {
    golden.texts.forEach((text, index) => {
      expect(encode(tokenizer, text), JSON.stringify(text)).toEqual(singles[index]);
    });
  });

  it('gives the tokens and words of pairs, cut longest first', () => {
    for (const [limit, first, second, ...tokens] of pairs) {
      const found = encode(tokenizer, golden.texts[first], golden.texts[second], limit);
      expect(found, `${first} and ${second} in ${limit}`).toEqual(tokens);
    }
  });
});

function hashCodePoints(change: (text: string) => string): string {
  const hash = createHash('sha256');
  for (let code = 0; code < 0x110000; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    hash.update(`${change(`a${String.fromCodePoint(code)}\u0301 b`)}\n`);
  }
  return hash.digest('hex');
}

describe.each(Object.entries(golden.codePoints))('%s', (_, entry) => {
  it('treats every code point alike', () => {
    if (entry.normalizer !== undefined) {
      const normalize = buildNormalizer(normalizerSchema.parse(entry.normalizer));
      expect(hashCodePoints(normalize)).toBe(entry.sha256);
      return;
    }
    const forEachWord = buildPreTokenizer(preTokenizerSchema.parse(entry.preTokenizer));
    expect(hashCodePoints((text) => listPlaces(text, forEachWord))).toBe(entry.sha256);
  });
});

/** Start and end of each word, in code points. */
function listPlaces(text: string, forEachWord: ReturnType<typeof buildPreTokenizer>): string {
  const places: string[] = [];
  let at = 0;
  forEachWord(text, (word) => {
    const start = text.indexOf(word, at);
    at = start + word.length;
    places.push(`${[...text.slice(0, start)].length}-${[...text.slice(0, at)].length}`);
  });
  return places.join(' ');
}
