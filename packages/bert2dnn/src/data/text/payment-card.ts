// Numbers of payment cards in a text: a known prefix with its length, and a valid check digit. Issuers are not asked.

/** First digits and lengths of a scheme; `low` and `high` have the same number of digits. */
interface CardRange {
  low: number;
  high: number;
  minDigits: number;
  maxDigits: number;
}

const range = (low: number, high: number, minDigits: number, maxDigits = minDigits): CardRange => ({
  low,
  high,
  minDigits,
  maxDigits,
});

/**
 * Schemes whose numbers have 14 to 19 digits. Old Visa numbers of 13 and Maestro numbers of 12 and 13 digits are left
 * out: they look like the codes on every package (UPC, EAN).
 * Source: ISO/IEC 7812-1 for the form; the ranges that the schemes publish.
 */
const CARD_RANGES: readonly CardRange[] = [
  range(4, 4, 16, 19), // Visa
  range(51, 55, 16), // Mastercard
  range(2221, 2720, 16), // Mastercard
  range(34, 34, 15), // American Express
  range(37, 37, 15), // American Express
  range(300, 305, 14, 19), // Diners Club
  range(3095, 3095, 14, 19), // Diners Club
  range(36, 36, 14, 19), // Diners Club
  range(38, 39, 14, 19), // Diners Club
  range(6011, 6011, 16, 19), // Discover
  range(644, 659, 16, 19), // Discover, RuPay
  range(3528, 3589, 16, 19), // JCB
  range(62, 62, 16, 19), // UnionPay
  range(2200, 2204, 16, 19), // Mir
  range(5018, 5018, 16, 19), // Maestro
  range(5020, 5020, 16, 19), // Maestro
  range(5038, 5038, 16, 19), // Maestro
  range(5893, 5893, 16, 19), // Maestro
  range(6304, 6304, 16, 19), // Maestro
  range(6759, 6763, 16, 19), // Maestro
];

/** Groups of digits that one space or hyphen separates, no part of a word or of a decimal number. */
const DIGIT_GROUPS =
  /(?<![\p{L}\p{N}]|[0-9][.,/])[0-9]+(?:[ \u2010-\u2013-][0-9]+)*(?![\p{L}\p{N}])/gu;
/** Lengths of groups as numbers are printed: in one, in fours, 4-6-5 (American Express), 4-6-4 (Diners Club). */
const GROUPING = /^(?:1[4-9]|4 4 4 4(?: [123])?|4 6 [45])$/;
const MAX_GROUPS = 5;

/** Whether the text has the number of a payment card: 14 to 19 digits, in one or in groups as they are printed. */
export function hasCardNumber(text: string): boolean {
  for (const [candidate] of text.matchAll(DIGIT_GROUPS)) {
    if (candidate.length < 14) continue;
    const groups = candidate.split(/[^0-9]/);
    for (let start = 0; start < groups.length; start++) {
      for (let end = start + 1; end <= Math.min(start + MAX_GROUPS, groups.length); end++) {
        const parts = groups.slice(start, end);
        if (!GROUPING.test(parts.map((part) => part.length).join(' '))) continue;
        if (isCardNumber(parts.join(''))) return true;
      }
    }
  }
  return false;
}

function isCardNumber(digits: string): boolean {
  const isKnown = CARD_RANGES.some(({ low, high, minDigits, maxDigits }) => {
    const prefix = Number(digits.slice(0, String(low).length));
    const fits = digits.length >= minDigits && digits.length <= maxDigits;
    return fits && prefix >= low && prefix <= high;
  });
  return isKnown && hasLuhnDigit(digits);
}

/** Whether the last digit checks the others. Source: ISO/IEC 7812-1, annex B (Luhn). */
function hasLuhnDigit(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place]);
    const doubled = place % 2 === 1 ? 2 * digit : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
