// Cleaning of texts: what each step does, what stays, and that the pattern for SQL misses nothing.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Database, sqlText } from '../../../src/data/duckdb.js';
import {
  cleanText,
  createCleaner,
  groupKey,
  textsKey,
  UNCLEAN_PATTERN,
} from '../../../src/data/text/clean-text.js';

/** Any code point, most of them near what the steps change. */
const codePoint = fc.oneof(
  fc.integer({ min: 0, max: 0x37f }),
  fc.integer({ min: 0x1e00, max: 0x33ff }),
  fc.integer({ min: 0, max: 0xffff }),
  fc.constantFrom(0x200b, 0x200c, 0x200d, 0xfeff, 0x300, 0x301, 0x338, 0x65, 0x915, 0x94d, 0x1f469),
  fc.constantFrom(0x2122, 0x20, 0xa0, 0x2194, 0xaa, 0x1100, 0x1161, 0x11a8, 0x30ab, 0x3099),
);
const anyText = fc.array(codePoint).map((points) => String.fromCodePoint(...points));
/** Texts of pieces that mark-up and entities are made of. */
const markupText = fc
  .array(
    fc.constantFrom(
      ...['<', '>', '/', '!--', '-->', 'b', 'br', ' ', '  ', '=', '"', "'", '&', 'amp', ';', '#'],
      ...['x41', '38', 'script', 'style', 'a', 'A', '3', '!doctype', '?xml', '\n', '™', 'é', 'lt'],
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(''));

/** Titles and queries that a plain shop has: none may need cleaning. */
const PLAIN = [
  '3/4 in. x 10 ft. Pipe & Fitting',
  'Black & Decker 20-Volt MAX Drill/Driver (2-Pack)',
  'AT&T R&D A&E',
  '18.5 cu. ft. < 20 cu. ft. <3',
  '5 > 4 && 3 <= 4',
  '"Quoted" 100% #8 x 1-1/4 in. @ $5.99 [2] {x} ~ ^ ` | \\',
  '',
];

describe('cleanText', () => {
  it.each([
    [' ５0 ml\u00a0 Crème\n', '50 ml Crème'],
    ['e\u0301', 'é'],
    ['ﬁne ①', 'fine 1'],
    ['\u3000', ''],
    ['Kohler™ Ｄrill℠', 'Kohler™ Drill℠'],
    ['a\0b\u0007c', 'abc'],
    ['line\u0085line\u2028line', 'line line line'],
    ['\ufeffzero\u200bwidth\u00ad', 'zerowidth'],
    ['half \ud83d and \udd27 halves 🔧', 'half \ufffd and \ufffd halves 🔧'],
  ])('%j becomes %j', (text, cleaned) => {
    expect(cleanText(text)).toBe(cleaned);
  });

  it.each([
    ['good.<br /><br />Bad', 'good. Bad'],
    ['<b>A</b>', 'A'],
    ['<p class="x" id=\'y\' data-z=1 hidden>one</p><P>two</P>', 'one two'],
    ['<a href="x?a=1&amp;b=2" title="a > b">link</a>', 'link'],
    ['Word <o:p></o:p>text<br>', 'Word text'],
    ['a<!-- <b> note -- -->b<!---->c', 'a b c'],
    ['<style type="text/css">p { x }</style>see<SCRIPT>if (a<b) f("</p>")</Script >n', 'see n'],
    ['<!DOCTYPE html><?xml version="1.0"?>text', 'text'],
    ['<<b>b>', '< b>'],
  ])('removes mark-up: %j becomes %j', (text, cleaned) => {
    expect(cleanText(text)).toBe(cleaned);
  });

  it.each([
    'x < y and y > z',
    'I <3 it > all',
    'a<b c',
    'a <b and c> d',
    'screws <1/2 in.>',
    'mail <me@example.com>',
    'arrow <- or -> or <=>',
    'never ends <p class="x',
    'never ends <!-- note',
    '<p class="<">',
    '< b>',
    '<>',
  ])('keeps what is no mark-up: %j', (text) => {
    expect(cleanText(text)).toBe(text);
  });

  it.each([
    ['Pipe &amp; Fitting&nbsp;', 'Pipe & Fitting'],
    ['&#38;&#x26;&quot;&apos;', '&&"\''],
    ['Caf&eacute; 5&deg; &frac12; &Eacute;', 'Café 5° 1⁄2 É'],
    ['&amp;lt;b&amp;gt;', '&lt;b&gt;'],
    ['&lt;b&gt;', '<b>'],
    ['&#0;&#xD800;&#99999999;', '\ufffd\ufffd\ufffd'],
    ['a&shy;b&#8203;c', 'abc'],
    ['R&D; &amp &unknown; &; &#; &#x;', 'R&D; &amp &unknown; &; &#; &#x;'],
  ])('decodes entities once: %j becomes %j', (text, cleaned) => {
    expect(cleanText(text)).toBe(cleaned);
  });

  it.each([
    ['Persian', 'می\u200cخواهم', 'می\u200cخواهم'],
    ['Hindi', 'क्\u200dष', 'क्\u200dष'],
    ['emoji', '👩🏽\u200d💻 🏳\ufe0f\u200d🌈', '👩🏽\u200d💻 🏳\ufe0f\u200d🌈'],
    ['Latin', 'pipe\u200d fi\u200ctting e\u200d\u0301', 'pipe fitting é'],
    ['alone', '\u200dx \u200c', 'x'],
    ['twice', 'क\u200d\u200d', 'क\u200d'],
  ])('keeps joiners where they mean something: %s', (_, text, cleaned) => {
    expect(cleanText(text)).toBe(cleaned);
  });

  it('needs no more than a moment for hostile texts', () => {
    const repeated = (piece: string) => piece.repeat(50_000);
    for (const piece of [
      '<',
      '<a b="',
      '<a b=\'"',
      '<!--',
      '<script>',
      '<a b=1 ',
      '&',
      '&#',
      '<a ',
    ]) {
      const text = `${repeated(piece)}x`;
      expect(cleanText(text).endsWith('x')).toBe(true);
    }
    expect(cleanText(`<a ${repeated('b=1 ')}>x`)).toBe('x');
    expect(cleanText(`<a${repeated(' ')}x`)).toBe('<a x');
  });
});

describe('createCleaner', () => {
  it('switches each step off', () => {
    const text = '<b>ｘ</b>  &amp;\n';
    expect(createCleaner({ html: false })(text)).toBe('<b>x</b> &amp;');
    expect(createCleaner({ nfkc: false })(text)).toBe('ｘ &');
    expect(createCleaner({ whiteSpace: false })(text)).toBe(' x   &\n');
    expect(createCleaner({ html: false, nfkc: false, whiteSpace: false })(text)).toBe(text);
  });

  it('changes nothing the second time, without html', () => {
    for (const options of [{}, { nfkc: false }, { whiteSpace: false }]) {
      const cleaner = createCleaner({ html: false, ...options });
      fc.assert(
        fc.property(anyText, (text) => {
          expect(cleaner(cleaner(text))).toBe(cleaner(text));
        }),
        { numRuns: 1000, seed: 1 },
      );
    }
  });

  it('leaves nothing that cannot be seen, and no half of a pair', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, markupText), (text) => {
        const cleaned = cleanText(text);
        expect(cleaned).not.toMatch(
          /\p{Surrogate}|[\p{Cc}\u200b\ufeff\u00ad]|^\s|\s$|\s\s|[^\S ]/u,
        );
      }),
      { numRuns: 1000, seed: 1 },
    );
  });
});

describe('UNCLEAN_PATTERN', () => {
  const unclean = new RegExp(UNCLEAN_PATTERN);

  it.each(PLAIN)('does not match %j', (text) => {
    expect(unclean.test(text)).toBe(false);
  });

  it('matches whatever the cleaner changes, and everything beyond ASCII', () => {
    // Ones without an early exit, made of the steps themselves, would be the cleaner again; so the early exit is
    // avoided by a letter beyond ASCII that no step touches.
    const throughAllSteps = (text: string) => cleanText(`${text}é`).slice(0, -1);
    const plainText = fc.string({ unit: 'binary-ascii', maxLength: 8 });
    let numUnmatched = 0;
    fc.assert(
      fc.property(fc.oneof(markupText, plainText, anyText), (text) => {
        if (unclean.test(text)) return;
        numUnmatched++;
        expect(throughAllSteps(text)).toBe(text);
        expect(text).toMatch(/^[ -~]*$/);
      }),
      { numRuns: 5000, seed: 1 },
    );
    expect(numUnmatched).toBeGreaterThan(500);
  });

  it('says the same in DuckDB, whose lower case is JavaScript’s where it does not match', async () => {
    const sampled = fc.sample(fc.oneof(markupText, anyText), { numRuns: 500, seed: 1 });
    // A literal can hold neither NUL nor half a pair.
    const texts = [...PLAIN, ...sampled].filter((text) => !/\0|\p{Surrogate}/u.test(text));
    const database = await Database.open();
    try {
      const list = texts.map((text) => sqlText(text)).join(',');
      const rows = await database.rows(
        `SELECT regexp_matches(t, ${sqlText(UNCLEAN_PATTERN)}), lower(t) FROM (SELECT unnest([${list}]) AS t)`,
      );
      expect(rows.length).toBe(texts.length);
      rows.forEach(([matches, lower], row) => {
        expect([texts[row], matches]).toEqual([texts[row], unclean.test(texts[row])]);
        if (matches === false) expect(lower).toBe(texts[row].toLowerCase());
      });
    } finally {
      database.close();
    }
  });
});

it('groupKey joins spellings that differ in case and space', () => {
  expect(groupKey(' Cordless  DRILL')).toBe(groupKey('cordless drill'));
});

it('textsKey tells texts apart that join to the same', () => {
  expect(textsKey(['a b', 'c'])).not.toBe(textsKey(['a', 'b c']));
});
