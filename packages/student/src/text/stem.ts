// A small English stemmer for comparing words of a query with words of a title. Not a linguist's stemmer:
// it must make "drills", "drilling", "drilled" and "drill" meet, and do nothing to numbers and model names.

const PLAIN_WORD = /^[a-z]+$/;
/** Last letters of all words that have another stem than themselves. */
const STEMMED_ENDS = 'degnhrsty';
const VOWEL = /[aeiouy]/;
/** Plurals of shops that no ending rule makes. */
const IRREGULAR: ReadonlyMap<string, string> = new Map([
  ['shelves', 'shelf'],
  ['knives', 'knife'],
  ['leaves', 'leaf'],
  ['halves', 'half'],
  ['feet', 'foot'],
  ['teeth', 'tooth'],
  ['mice', 'mouse'],
  ['men', 'man'],
  ['women', 'woman'],
  ['children', 'child'],
]);

/**
 * Stem of a normalised word. Irregular plurals become singular, possessive and plural endings go, then -ing or
 * -ed, then -er, then a final e; a final y becomes i. Words with other characters than a to z, or shorter than
 * three letters, are their own stem.
 * @example stemWord('batteries') === stemWord('battery'); stemWord('chargers') === stemWord('charging')
 */
export function stemWord(word: string): string {
  // First what costs least: of all words of a list, more than a third end otherwise.
  if (word.length < 3 || !STEMMED_ENDS.includes(word[word.length - 1])) return word;
  if (!PLAIN_WORD.test(word)) return word;
  const singular = stripPlural(word);
  const base = stripEnding(IRREGULAR.get(word) ?? IRREGULAR.get(singular) ?? singular);
  if (base.length > 3 && base.endsWith('e')) return base.slice(0, -1);
  if (base.length > 3 && base.endsWith('y')) return `${base.slice(0, -1)}i`;
  return base;
}

/** "batteries" -> "battery", "boxes" -> "box", "drills" -> "drill"; "glass", "gas" and "status" stay. */
function stripPlural(word: string): string {
  if (
    word.length < 4 ||
    !word.endsWith('s') ||
    word.endsWith('ss') ||
    word.endsWith('us') ||
    word.endsWith('is')
  ) {
    return word;
  }
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?:[sxz]|ch|sh)es$/.test(word) && word.length > 4) return word.slice(0, -2);
  return word.slice(0, -1);
}

/** "drilling", "drilled" -> "drill"; "mopping" -> "mop"; then "charger" -> "charg"; "ring", "bed", "paper" stay. */
function stripEnding(word: string): string {
  const base = stripOne(word, word.endsWith('ing') ? 3 : word.endsWith('ed') ? 2 : 0, 3);
  return stripOne(base, base.endsWith('er') ? 2 : 0, 4);
}

/**
 * `word` without an ending of so many letters and without a letter doubled by it, if at least `least` letters with a
 * vowel remain.
 */
function stripOne(word: string, numLetters: number, least: number): string {
  const base = word.slice(0, word.length - numLetters);
  if (numLetters === 0 || base.length < least || !VOWEL.test(base)) return word;
  const doubled = base[base.length - 1] === base[base.length - 2];
  return doubled && !/[aeioulsz]$/.test(base) ? base.slice(0, -1) : base;
}
