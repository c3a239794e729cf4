// Phone numbers in a text, by how people write them: a country code, brackets, or the groups of a national format.
// Digits in one run and local numbers of seven digits are left alone: shops have codes and part numbers like those.

const HYPHEN = String.raw`[\u2010-\u2013-]`;
const GAP = String.raw`[ .\u2010-\u2013-]`;
/** No part of a longer code: `A-555-...`, `1.555-...`, `#555`, `$555`. */
const BEFORE = String.raw`(?<![\p{L}\p{N}#$€£+]|[\p{L}\p{N}][\u2010-\u2013./_-])`;
/** Neither letters nor digits go on, nor a unit: `...-AB`, `.5`, `"`, `%`. */
const AFTER = String.raw`(?![\p{L}\p{N}"'%°]|[\u2010-\u2013./_-][\p{L}\p{N}])`;
/** Area and exchange codes of the North American plan begin with 2 to 9. */
const CODE = '[2-9][0-9]{2}';

/** Groups of digits behind a `+`. */
const INTERNATIONAL =
  /(?<![\p{L}\p{N}])\+([1-9][0-9]*(?:[ ./()\u2010-\u2013-]{1,3}[0-9]+)*)([\p{L}%"']?)/gu;
const MIN_INTERNATIONAL_DIGITS = 9;
const MAX_INTERNATIONAL_DIGITS = 15;

/** Formats that stand for themselves. */
const BRACKETED = new RegExp(
  `${BEFORE}(?:` +
    [
      // (800) 555-0199
      String.raw`(?:1${GAP}?)?\(${CODE}\)[ .\u2010-\u2013-]{0,3}${CODE}${GAP}?[0-9]{4}`,
      // (020) 7946 0958, (030) 123456
      String.raw`\(0[1-9][0-9]{0,3}\)${GAP}?(?:[0-9]{3,4}${GAP}[0-9]{3,4}|[0-9]{6,8})`,
    ].join('|') +
    `)${AFTER}`,
  'u',
);
const HYPHENATED = new RegExp(
  `${BEFORE}(?:` +
    [
      // 800-555-0199, 800.555.0199, with or without 1
      `(?:1${HYPHEN})?(${CODE})${HYPHEN}(${CODE})${HYPHEN}([0-9]{4})`,
      String.raw`(?:1\.)?(${CODE})\.(${CODE})\.([0-9]{4})`,
    ].join('|') +
    `)${AFTER}`,
  'gu',
);
/** Formats with spaces: other numbers may stand beside neither end, or it is a list of sizes. */
const SPACED = new RegExp(
  `${BEFORE}(?<![0-9] )(?:` +
    [
      // 800 555 0199, 800 555-0199
      `(?:1 )?(${CODE}) (${CODE})[ \\u2010-\\u2013-]([0-9]{4})`,
      // 020 7946 0958, 0161 496 0123, 0412 345 678
      '0[1-9][0-9] [0-9]{4} [0-9]{4}|0[1-9][0-9]{2} [0-9]{3} [0-9]{3,4}|0[1-9][0-9]{3} [0-9]{3} [0-9]{3}',
      // 01632 960123, 030 12345678, 0171/1234567
      '0[1-9][0-9]{1,3}[ /][0-9]{6,8}',
      // 01 23 45 67 89, also with dots or hyphens
      String.raw`0[1-9]([ .\u2010-\u2013-])[0-9]{2}(?:\4[0-9]{2}){3}`,
    ].join('|') +
    `)${AFTER}(?! [0-9])`,
  'gu',
);

/** Whether the text has a phone number with a country code, with brackets, or in groups of a national format. */
export function hasPhoneNumber(text: string): boolean {
  if (BRACKETED.test(text) || hasInternationalNumber(text)) return true;
  for (const format of [HYPHENATED, SPACED]) {
    for (const [, ...groups] of text.matchAll(format)) if (!isRound(groups)) return true;
  }
  return false;
}

/** Sizes come in round numbers (`grit 400 600 1000`); one phone number in a thousand has three round groups. */
function isRound(groups: readonly (string | undefined)[]): boolean {
  const codes = groups.filter((group) => group !== undefined && group.length >= 3);
  return codes.length > 0 && codes.every((code) => code?.endsWith('0'));
}

/** A `+`, then 9 to 15 digits in groups; after country and area code no group of one digit, as in `+1.25 1.5 1.75`. */
function hasInternationalNumber(text: string): boolean {
  for (const [, candidate, following] of text.matchAll(INTERNATIONAL)) {
    const groups = candidate.split(/[^0-9]+/);
    if (following !== '') groups.pop();
    let numDigits = 0;
    for (const [groupIndex, group] of groups.entries()) {
      if (groupIndex > 1 && group.length === 1 && groups[groupIndex - 1] !== '0') break;
      numDigits += group.length;
      if (numDigits > MAX_INTERNATIONAL_DIGITS) break;
      if (numDigits >= MIN_INTERNATIONAL_DIGITS) return true;
    }
  }
  return false;
}
