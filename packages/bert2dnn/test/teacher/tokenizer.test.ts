// The tokenizer against Hugging Face's ids (test/golden/make_tokenizer.py) and against its own rules.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forEachWord, normalizeBert } from '../../src/teacher/tokenizer/bert-words.js';
import { truncateLongestFirst } from '../../src/teacher/tokenizer/encoding.js';
import { compilePattern } from '../../src/teacher/tokenizer/onig-pattern.js';
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

describe('patterns of a Replace', () => {
  it('reads white space as Oniguruma does, alone and in a class', () => {
    const pattern = compilePattern(String.raw`\s{2,}|[x\s]y`)!;
    expect('a\u0085\u00a0b'.replaceAll(pattern, '-')).toBe('a-b');
    // JavaScript counts U+FEFF as white space, Oniguruma does not.
    expect('a\ufeff\ufeffb'.replaceAll(pattern, '-')).toBe('a\ufeff\ufeffb');
    expect('xy\u0085y'.replaceAll(pattern, '-')).toBe('--');
  });

  it('tells an escaped backslash from white space', () => {
    expect(String.raw`\s`.replaceAll(compilePattern(String.raw`\\s`)!, '-')).toBe('-');
  });

  it.each([
    'a*',
    'a|',
    '(a)',
    '[^a]',
    '[a-c]',
    '.',
    '^a',
    String.raw`\d`,
    'a+?',
    'a{2}+',
    'a{2,1}',
    '[[a]]',
  ])('does not read %s', (source) => expect(compilePattern(source)).toBeUndefined());
});

type Json = Record<string, unknown>;

/** A copy of a tokenizer.json with some members, each named by its path, set or, with `undefined`, left out. */
function change(json: Json, members: Record<string, unknown>): Json {
  const copy = structuredClone(json);
  for (const [path, value] of Object.entries(members)) {
    const keys = path.split('.');
    const last = keys.pop()!;
    const holder = keys.reduce<Json>((inner, key) => inner[key] as Json, copy);
    if (value === undefined) delete holder[last];
    else holder[last] = value;
  }
  return copy;
}

const WORD_PIECE = golden.cases[0].tokenizer;
const SPECIAL = { '<s>': 0, '<pad>': 1, '</s>': 2, '<unk>': 3 };
const BPE: Json = {
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true },
  post_processor: { type: 'RobertaProcessing', sep: ['</s>', 2], cls: ['<s>', 0] },
  model: { type: 'BPE', vocab: { ...SPECIAL, a: 4, b: 5, ab: 6 }, merges: [['a', 'b']] },
};
const UNIGRAM: Json = {
  ...BPE,
  pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' },
  model: {
    type: 'Unigram',
    unk_id: 3,
    vocab: [...Object.keys(SPECIAL).map((token) => [token, 0]), ['▁', -1], ['a', -2]],
  },
};

describe('special tokens', () => {
  it('finds their ids by role, mask and unknown only where there are any', () => {
    const wordPiece = Tokenizer.fromJson(WORD_PIECE, 'golden');
    expect(wordPiece.special).toEqual({ pad: 0, unk: 1, cls: 2, sep: 3, mask: 4 });
    expect([wordPiece.padId, wordPiece.maskId]).toEqual([0, 4]);
    const bpe = Tokenizer.fromJson(BPE, 'bpe');
    expect(bpe.special).toEqual({ pad: 1, unk: 3, cls: 0, sep: 2, mask: undefined });
    const bare = change(BPE, { 'model.vocab.<unk>': undefined });
    expect(Tokenizer.fromJson(bare, 'bpe').special.unk).toBeUndefined();
    const masked = change(UNIGRAM, { added_tokens: [{ id: 6, content: '<mask>', lstrip: true }] });
    expect(Tokenizer.fromJson(masked, 'unigram').maskId).toBe(6);
  });

  it('takes the padding token that the file names', () => {
    const named = change(BPE, { padding: { pad_token: 'ab' } });
    expect(Tokenizer.fromJson(named, 'bpe').padId).toBe(6);
  });

  it('gives only them where there is no room for text', () => {
    const { ids, wordIds } = Tokenizer.fromJson(BPE, 'bpe').encode('ab', 'a', 3);
    expect(ids).toEqual([0, 2, 2, 2]);
    expect(wordIds).toEqual([null, null, null, null]);
  });
});

describe('bad tokenizers', () => {
  const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' };
  const replace = (source: string) => ({
    type: 'Replace',
    pattern: { Regex: source },
    content: ' ',
  });
  const noUnknown = { 'model.vocab.[UNK]': undefined, added_tokens: [] };

  it.each<[string, Json, Record<string, unknown>, RegExp]>([
    [
      'no [SEP]',
      WORD_PIECE,
      { 'model.vocab.[SEP]': undefined, added_tokens: [] },
      /special token "\[SEP\]" is not in the vocabulary/,
    ],
    ['no [UNK]', WORD_PIECE, noUnknown, /special token "\[UNK\]" is not in the vocabulary/],
    [
      'no <pad>',
      BPE,
      { 'model.vocab.<pad>': undefined },
      /special token "\[PAD\]" or "<pad>" is not/,
    ],
    ['a lost padding token', BPE, { padding: { pad_token: 'x' } }, /special token "x" is not/],
    ['another model', WORD_PIECE, { 'model.type': 'WordLevel' }, /"model\.type" is "WordLevel"/],
    [
      'another normaliser',
      BPE,
      { normalizer: { type: 'ByteLevel' } },
      /"normalizer\.type" is "ByteLevel"/,
    ],
    [
      'another one in a sequence',
      UNIGRAM,
      { normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Other' }] } },
      /"normalizer\.normalizers\.1\.type" is "Other"/,
    ],
    [
      'another splitter',
      BPE,
      { pre_tokenizer: { type: 'Digits' } },
      /"pre_tokenizer\.type" is "Digits"/,
    ],
    [
      'a prefix for the first text only',
      UNIGRAM,
      { 'pre_tokenizer.prepend_scheme': 'first' },
      /"pre_tokenizer\.prepend_scheme" is "first"/,
    ],
    [
      'words for bytes',
      BPE,
      { pre_tokenizer: metaspace },
      /"Metaspace" stands before a model of type "BPE"/,
    ],
    [
      'bytes for words',
      UNIGRAM,
      { pre_tokenizer: { type: 'ByteLevel' } },
      /"ByteLevel" stands before a model of type "Unigram"/,
    ],
    ['dropout', BPE, { 'model.dropout': 0.1 }, /"model\.dropout" is 0\.1/],
    ['a merge of nothing', BPE, { 'model.merges': ['a c'] }, /merge of "a" and "c" needs "c"/],
    ['no unknown piece', UNIGRAM, { 'model.unk_id': null }, /"model\.unk_id" is null/],
    ['an unknown piece beyond', UNIGRAM, { 'model.unk_id': 9 }, /"unk_id" 9 is none of 6 pieces/],
    [
      'a group',
      UNIGRAM,
      { normalizer: replace('(a|b)') },
      /"normalizer\.pattern\.Regex" is "\(a\|b\)"/,
    ],
    [
      'an empty match',
      UNIGRAM,
      { normalizer: replace('a*') },
      /"normalizer\.pattern\.Regex" is "a\*"/,
    ],
    [
      'a broken charsmap',
      UNIGRAM,
      { normalizer: { type: 'Precompiled', precompiled_charsmap: 'AAAA' } },
      /"normalizer\.precompiled_charsmap" is "AAAA"/,
    ],
    ['no post-processor', BPE, { post_processor: null }, /"post_processor" is null/],
    [
      'a template without a first token',
      BPE,
      {
        post_processor: {
          type: 'TemplateProcessing',
          single: [{ Sequence: { id: 'A', type_id: 0 } }],
          pair: [],
          special_tokens: {},
        },
      },
      /adds no special token before and after a text/,
    ],
    [
      'another id for an added token',
      BPE,
      { added_tokens: [{ id: 5, content: 'a' }] },
      /added token "a" has the id 5, expected 4/,
    ],
    [
      'a gap before an added token',
      BPE,
      { added_tokens: [{ id: 8, content: 'x' }] },
      /added token "x" has the id 8, expected 7/,
    ],
    [
      'a token that the normalizer empties',
      UNIGRAM,
      {
        normalizer: { type: 'Strip', strip_left: true, strip_right: true },
        added_tokens: [{ id: 6, content: '\t', normalized: true }],
      },
      /leaves nothing of the added token "\\t"/,
    ],
  ])('refuses one with %s', (_, json, members, message) => {
    const open = () => Tokenizer.fromJson(change(json, members), 'dir/tokenizer.json');
    expect(open).toThrow(message);
    expect(open).toThrow(/^dir\/tokenizer\.json: /);
    expect(open).toThrow(expect.objectContaining({ code: 'TOKENIZER_INVALID' }));
  });
});
