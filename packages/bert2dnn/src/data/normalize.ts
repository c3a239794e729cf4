// The one normalisation that texts get on their way in. Lower-casing is the models' business.

/**
 * Unicode NFKC, white space collapsed to single spaces, none at the ends. Nothing else: case, punctuation and markup
 * stay. `normalizeText` of the student goes further.
 * @example cleanText(' ５0 ml\u00a0 Crème ') // '50 ml Crème'
 */
export function cleanText(text: string): string {
  return text.normalize('NFKC').replace(/\s+/g, ' ').trim();
}

/** What two spellings of one group share: the cleaned text in lower case. */
export function groupKey(text: string): string {
  return cleanText(text).toLowerCase();
}

const SEPARATOR = '\u001f';

/** One key for the cleaned texts of an example; different texts give different keys. */
export function textsKey(texts: readonly string[]): string {
  return texts.join(SEPARATOR);
}
