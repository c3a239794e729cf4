// Personal data: what is hit, and what a shop's queries have that must not be. Card numbers are the schemes' published
// test numbers; phone numbers are of ranges kept for fiction where there are such.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Database, sqlText } from '../../../src/data/duckdb.js';
import { findPersonalData, PERSONAL_PATTERN } from '../../../src/data/text/personal-data.js';

const HITS = {
  email: [
    'jane.doe@example.com',
    'order status JANE_DOE+shop@mail.example.co.uk please',
    'receipt to o’brien@example.org.',
    "o'brien@example.ie",
    '12345678@163.com',
    'müller@münchen.example',
    'пример@почта.рф',
    'mailto:me@example.com,you@example.com',
    '<me@example.com>',
    'a.b-c%d@x-y.museum return policy',
    'me@example.com 1/2 in. drill',
  ],
  card: [
    '4111111111111111',
    '4111 1111 1111 1111',
    '4111-1111-1111-1111',
    'visa 4012 8888 8888 1881 12/27 123',
    '12 4242 4242 4242 4242',
    '5555555555554444',
    '5105-1051-0510-5100',
    '2223 0031 2200 3222',
    '378282246310005',
    '3714 496353 98431',
    '30569309025904',
    '3852 000002 3237',
    '3622 720627 1667',
    '6011111111111117',
    'discover:6011000990139424',
    '3530 1113 3330 0000',
    '6200 0000 0000 0005',
    '6304000000000000',
    '6759649826438453',
    'gift card 4000 0566 5566 5556 balance',
  ],
  phone: [
    '+1 415 555 0132',
    '+14155550132',
    '+1 (415) 555-0132',
    '+44 20 7946 0958',
    '+44 (0)20 7946 0958',
    'tel:+49 30 23125 000',
    '+33 1 99 00 12 34',
    '+61-491-570-156',
    '+91 99999 12345 delivery',
    '(415) 555-0132',
    'plumber (415)555-0132 near me',
    '(415) 5550132',
    '1 (800) 555-0199',
    '(020) 7946 0958',
    '(030) 23125000',
    '415-555-0132',
    '1-800-555-0199',
    'call 415.555.0132.',
    '1.415.555.0132',
    '415 555 0132',
    '415 555-0132',
    'store 5 415-555-0132',
    '415–555–0132',
    '020 7946 0958',
    '0161 496 0123',
    '01632 960123',
    '07700 900123',
    '0491 570 156',
    '030 23125000',
    '0171/3920000',
    '01 99 00 12 34',
    '01.99.00.12.34',
  ],
} as const;

const MISSES = [
  '1/2 in. 90-degree',
  '555-1234-AB',
  '555-1234',
  '2x4x8',
  '2 x 4 x 96',
  'iphone 12 128gb',
  '10-20-30',
  '48-22-8424',
  'DCD771C2',
  'milwaukee 2804-20 m18',
  '012345678905',
  '4006381333931',
  '5901234123457',
  '0 12345 67890 5',
  '10012345678902',
  'upc 885911475129',
  '4155550132',
  '14155550132',
  '0306406152',
  '978-0-306-40615-7',
  '9780306406157',
  '0-306-40615-2',
  '2024-01-31',
  '01/31/2024',
  '31.01.2024',
  '2024-01-31 12:30:45',
  '20240131123045',
  '1000-123-456',
  'internet # 205594063',
  'sku 1001-234-567',
  'model 800-466-3337-b',
  'part a-800-466-3337',
  '#800-466-3337',
  '123-456-7890',
  '015-555-1234',
  '192.168.100.200',
  'router 255.255.255.0',
  '400-600-1000 grit',
  'sandpaper 400 600 1000',
  '220 320 400 600 1001 1500',
  '24 211 300 1201 mm',
  '2400 lumen 5000k 100w',
  '$1,299.99 - $1,499.99',
  '1299.99 1499.99 1599.99',
  '+1.25 +1.50 reading glasses',
  '+1.25 1.50 1.75 2.00 readers',
  'usb+12345678901',
  '90+1000000 cycles',
  '+10000 mah',
  '(2) 1234567',
  'bulbs (40) 60-100 watt',
  '(100) 8 x 1-1/4 screws',
  '(50)200 300 4000',
  '3/8-16 x 1-1/2 5/16-18 1/4-20',
  '12-2 14-2 10-3 250 ft',
  'w10295370a',
  '4396841 edr3rxd1',
  '8 1/2 x 11 500 sheets',
  '1920x1080 2560x1440 3840x2160',
  '4111 1111 1111 1112',
  '4111111111111112',
  '9111 1111 1111 1111',
  '41 11 11 11 11 11 11 11',
  '411111111111',
  'a4111111111111111',
  '4111111111111111x',
  '1.4111111111111111',
  '1234567890123456',
  '00000000000000',
  '2@4.5 ft',
  'screws @ 5.99',
  'lamp@home',
  '@homedepot.com',
  'www.homedepot.com',
  '3@1.2.3',
  'user@localhost',
  '10 ft. 2@8.5in',
  '66 67 68 69 70 71',
  '1 2 3 4 5 6 7 8 9 10 11 12',
  '36 in. w x 80 in. h 415 555 0132 10',
];

const ALL_HITS = Object.entries(HITS).flatMap(([kind, texts]) => texts.map((text) => [text, kind]));

describe('findPersonalData', () => {
  it.each(ALL_HITS)('%j has: %s', (text, kind) => {
    expect(findPersonalData(text)).toBe(kind);
  });

  it.each(MISSES)('%j has none', (text) => {
    expect(findPersonalData(text)).toBeUndefined();
  });

  it('takes no digit but the right one as a card’s last', () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 14, maxLength: 14 });
    fc.assert(
      fc.property(digits, (rest) => {
        const start = `4${rest.join('')}`;
        const hits = Array.from({ length: 10 }, (_, last) => findPersonalData(`${start}${last}`));
        expect(hits.filter((hit) => hit === 'card').length).toBe(1);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('ends soon on hostile texts', () => {
    for (const piece of ['a.', '1 ', '(0', '+1', 'a@b.', '1-', '4111 ', '415-']) {
      expect(() => findPersonalData(piece.repeat(50_000))).not.toThrow();
    }
  });
});

describe('PERSONAL_PATTERN', () => {
  const pattern = new RegExp(PERSONAL_PATTERN);
  const piece = fc.constantFrom(
    ...[
      '+',
      '1',
      '44',
      '415',
      '555',
      '0132',
      '4111',
      '1111',
      '(',
      ')',
      ' ',
      '-',
      '.',
      '/',
      '–',
      '0',
    ],
    ...['a', '@', 'b.', 'com', 'x', ...ALL_HITS.map(([text]) => text)],
  );
  const anyText = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));

  it('matches whatever has personal data', () => {
    let numHits = 0;
    fc.assert(
      fc.property(anyText, (text) => {
        if (findAnyway(text) === undefined) return;
        numHits++;
        expect(text).toMatch(pattern);
      }),
      { numRuns: 5000, seed: 1 },
    );
    expect(numHits).toBeGreaterThan(500);
  });

  it('says the same in DuckDB', async () => {
    const texts = [...ALL_HITS.map(([text]) => text), ...MISSES];
    const database = await Database.open();
    try {
      const list = texts.map((text) => sqlText(text)).join(',');
      const rows = await database.rows(
        `SELECT regexp_matches(unnest([${list}]), ${sqlText(PERSONAL_PATTERN)})`,
      );
      expect(rows.map(([matches]) => matches)).toEqual(texts.map((text) => pattern.test(text)));
    } finally {
      database.close();
    }
  });
});

/** What is found without the pattern's early exit: a text apart that matches the pattern and has nothing goes along. */
function findAnyway(text: string): string | undefined {
  return findPersonalData(`1234567 ; ${text}`);
}
