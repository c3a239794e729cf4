// One spelling for each text: Unicode NFKC and lower case. Splits nothing.

const ABOVE_ASCII = /[\u0080-\uffff]/;
/** Signs that NFKC would spell out and glue to the word before them: "Kohler™" must not become "kohlertm". */
const TRADE_SIGNS = /[\u2122\u2120]/g;

/**
 * Unicode NFKC, then lower case (independent of locale), then NFKC again because lower-casing can decompose.
 * The signs ™ and ℠ become a space first.
 * @example normalizeText('Ｋｏｈｌｅｒ™ ½ IN') // 'kohler  1⁄2 in'
 */
export function normalizeText(text: string): string {
  if (!ABOVE_ASCII.test(text)) return text.toLowerCase();
  return text.replace(TRADE_SIGNS, ' ').normalize('NFKC').toLowerCase().normalize('NFKC');
}
