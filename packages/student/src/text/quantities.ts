// One spelling for numbers with units, before a text is split into words: "3/4in", "0.75 inch" and `.75"` become
// "0.75 in". Changes nothing that hangs on a letter, so model names stay whole.

/** Units' short names, and their other spellings behind a number, in lower case, without full stops and spaces. */
const UNITS: Readonly<Record<string, string>> = {
  in: `inch inches " '' \u201d \u2032\u2032`,
  ft: `foot feet ' \u2019 \u2032`,
  yd: 'yds yard yards',
  mm: 'millimeter millimeters millimetre millimetres',
  cm: 'centimeter centimeters centimetre centimetres',
  m: 'meter meters metre metres',
  sqft: 'sqfoot sqfeet squareft squarefoot squarefeet',
  cuft: 'cufoot cufeet cubicft cubicfoot cubicfeet',
  gal: 'gals gallon gallons',
  qt: 'qts quart quarts',
  oz: 'ounce ounces',
  lb: 'lbs pound pounds',
  kg: 'kilogram kilograms',
  ml: 'milliliter milliliters millilitre millilitres',
  l: 'liter liters litre litres',
  v: 'volt volts',
  w: 'watt watts',
  kw: 'kilowatt kilowatts',
  amp: 'amps ampere amperes',
  ah: 'amphour amphours',
  hp: 'horsepower',
  btu: 'btus',
  ga: 'gauge',
  psi: '',
  cfm: '',
  gpm: '',
  gpf: '',
  lumen: 'lumens',
  deg: 'degree degrees \u00b0',
  pct: 'percent %',
  pack: 'packs pk pks ct count',
  piece: 'pieces pc pcs',
};

/** Names that units have after `normalizeQuantities`. */
export const UNIT_NAMES: ReadonlySet<string> = new Set(Object.keys(UNITS));

/** Short names of units by their spellings. */
export const UNIT_BY_SPELLING: ReadonlyMap<string, string> = new Map(
  Object.entries(UNITS).flatMap(([name, spellings]) =>
    `${name} ${spellings}`
      .trim()
      .split(' ')
      .map((spelling): [string, string] => [spelling, name]),
  ),
);

/** Fractions of one and a few: other things with a slash ("12/2 wire", "24/7") are no fractions. */
const FRACTION =
  /(?<![\p{L}\p{N}./])(?:(\d{1,3})(?: ?- ?| +))?(\d{1,2})\/(2|3|4|8|16|32|64)(?![\p{N}/]|\.\d)/gu;
/** Measures with an x between them: "2x4", `6'x8'`, "1-1/2 x 3". Bounded, or a line of slashes costs a square. */
const MEASURES =
  /(?<![\p{L}\p{N}.])[\d.][\d./-]{0,12}['"\u2019\u201d\u2032]{0,2}(?: ?x ?[\d.][\d./-]{0,12}['"\u2019\u201d\u2032]{0,2})+/gu;
const VULGAR_FRACTION = /(\d)([\u00bc-\u00be\u2150-\u215e])/g;
const THOUSANDS = /(?<![\p{L}\p{N}.,])(\d{1,3})((?:,\d{3})+)(?![\p{N},]|\.\d)/gu;
const LEADING_POINT = /(?<![\p{L}\p{N}.])\.(?=\d)/gu;
const DECIMAL = /(?<![\p{L}\p{N}.])(\d+)\.(\d+)(?![\p{N}]|\.\d)/gu;
const PACK_OF = /(?<![\p{L}\p{N}])(?:pack|case|box|set) +of +(\d+)(?![\p{N}.,/])/gu;
/**
 * The end of a number, then a word or sign behind nothing, a space or a hyphen. Without look-behind and properties of
 * characters, which cost most of the time: `withUnit` looks at what stands around.
 */
const UNIT =
  /(\d)(?:[ -]{0,2}((?:sq|square|cu|cubic)\.?[ -]?(?:ft|foot|feet)|amp[ -]hours?|[a-z]+)\.?| ?(''|\u2032\u2032|["'\u2019\u201d\u2032\u00b0%]))/g;
/** A unit that is said of each of several measures is said once: "2 in x 4 in" is "2 x 4 in". */
const REPEATED_UNIT = /(\d) (in|ft|mm|cm|m) +x +(?=[\d.]+ (?:x [\d.]+ )*\2(?![\p{L}\p{N}]))/gu;

/**
 * Gives numbers and their units one spelling in a text that `normalizeText` has seen:
 * - proper fractions of 2, 3, 4, 8, 16, 32 and 64, alone or behind a whole number, become decimals ("1-1/2" is 1.5);
 * - a leading point gets its 0, trailing zeros and commas of thousands go;
 * - a unit right behind a number gets its short name ("12-volt", "12 v" and "12V" are "12 v");
 * - of measures of the same unit with an x between them only the last keeps its unit;
 * - "pack of 24" and "24-count" are "24 pack".
 * @example normalizeQuantities('1-1/2in. x .75" pipe (pack of 24)') // '1.5 x 0.75 in pipe (24 pack)'
 */
export function normalizeQuantities(text: string): string {
  if (!/\d/.test(text)) return text;
  let written = text.replaceAll('\u2044', '/').replaceAll('\u00d7', 'x');
  for (const [sign, rewrite] of STEPS) if (written.includes(sign)) written = rewrite(written);
  written = written.replace(UNIT, withUnit);
  return written.includes('x') ? written.replace(REPEATED_UNIT, '$1 x ') : written;
}

/** What is done to numbers before their units, in order, each where its sign is in the text: most texts need none. */
const STEPS: readonly (readonly [sign: string, rewrite: (text: string) => string])[] = [
  ['x', (text) => text.replace(MEASURES, (measures) => measures.replace(/ ?x ?/g, ' x '))],
  ['/', (text) => text.replace(FRACTION, decimalOf)],
  ['.', (text) => text.replace(LEADING_POINT, '0.')],
  [',', (text) => text.replace(THOUSANDS, (thousands) => thousands.replaceAll(',', ''))],
  ['.', (text) => text.replace(DECIMAL, withoutTrailingZeros)],
  [' of ', (text) => text.replace(PACK_OF, '$1 pack')],
];

/** Parts a whole number from the fraction sign behind it, which NFKC would run together: "1½" is "1 ½". */
export function separateFractions(text: string): string {
  return text.replace(VULGAR_FRACTION, '$1 $2');
}

function withoutTrailingZeros(match: string, whole: string): string {
  let end = match.length;
  while (match[end - 1] === '0') end--;
  return match[end - 1] === '.' ? whole : match.slice(0, end);
}

function decimalOf(match: string, whole: string | undefined, over: string, under: string): string {
  const share = Number(over) / Number(under);
  if (share >= 1) return match;
  // Four places tell 1/64 apart; Number drops zeros at the end.
  return String(Number((Number(whole ?? 0) + share).toFixed(4)));
}

/** The digit and the unit's name; as it was if that is no unit, or the number is part of a name ("dcd12 v"). */
function withUnit(match: string, ...groups: (string | number | undefined)[]): string {
  const [digit, word, sign, offset, text] = groups as [string, string?, string?, number?, string?];
  const name = word === 'a' ? ampere(match) : UNIT_BY_SPELLING.get(spellingOf(word ?? sign!));
  if (name === undefined || isPartOfName(text!, offset!)) return match;
  const next = text!.charAt(offset! + match.length);
  const isCut = word !== undefined && !match.endsWith('.') && WORD_OR_SLASH.test(next);
  return isCut || (sign !== undefined && LETTER.test(next)) ? match : `${digit} ${name} `;
}

/** An "a" is a unit right behind its number only: "20a", but not "model 20 a". */
function ampere(match: string): string | undefined {
  return match[1] === 'a' ? 'amp' : undefined;
}

/** "sq. ft", "sq-ft" and "sqft" are one spelling. */
function spellingOf(word: string): string {
  return word.length > 3 ? word.replace(/[ .-]/g, '') : word;
}

/** Whether the number whose last digit is at `end` hangs on a letter or a point. */
function isPartOfName(text: string, end: number): boolean {
  let start = end;
  while (start > 0 && DIGIT_OR_POINT.test(text[start - 1])) start--;
  return text[start] === '.' || (start > 0 && LETTER.test(text[start - 1]));
}

const LETTER = /\p{L}/u;
const WORD_OR_SLASH = /[\p{L}\p{N}/]/u;
const DIGIT_OR_POINT = /[\d.]/;
