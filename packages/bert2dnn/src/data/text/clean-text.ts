// The one normalisation that texts get on their way in. Lower-casing and words are the models' business.
import { decodeEntities, removeMarkup } from './html.js';

/** Steps of the cleaning that can be switched off; each is on by default. */
export interface CleaningOptions {
  /** Remove HTML comments, `script`, `style` and tags, then decode entities once. Off for texts that are program code. */
  html?: boolean;
  /** Unicode NFKC: one spelling of `é`, full width to plain, `½` to `1⁄2`. Off to keep `m²` apart from `m2`. */
  nfkc?: boolean;
  /** Collapse white space to single spaces, none at the ends. Off to keep lines. */
  whiteSpace?: boolean;
}

/**
 * A regular expression, for JavaScript without flags and for RE2, that finds whatever cleaning could touch. A text
 * WITHOUT a match is printable ASCII, comes out of every cleaner as it is, and has the same lower case in SQL and in
 * JavaScript; so an engine may keep such rows to itself. It matches more than what changes (`a<b`, `R&D;`).
 */
export const UNCLEAN_PATTERN = '[^ -~]|^ | $|  |<[a-zA-Z/!?]|&#?[a-zA-Z0-9]+;';

const UNCLEAN = new RegExp(UNCLEAN_PATTERN);
const LONE_SURROGATES = /\p{Surrogate}/gu;
/**
 * Control characters but white space, soft hyphens, zero-width spaces and byte order marks, marks of
 * direction, invisible operators, annotation anchors. Joiners (U+200C, U+200D) are apart: some carry meaning.
 */
const INVISIBLE =
  /\ufeff|(?![\s\x85])[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufff9-\ufffb]/gu;
/** Joiners that join nothing: not after an uncased letter (Arabic, Indic, ...) or emoji with its marks. */
const IDLE_JOINERS =
  /(?<![\p{Lo}\p{Extended_Pictographic}][\p{M}\p{Emoji_Modifier}]*)[\u200c\u200d]/gu;
const WHITE_SPACE = /[\s\x85]+/g;
/** Signs that NFKC would glue to the word before them: `Kohler™` must not become `KohlerTM`. */
const TRADE_SIGNS = /([\u2122\u2120])/;

/**
 * A function that cleans texts. Its steps, in order:
 * 1. half a surrogate pair alone becomes U+FFFD;
 * 2. `html`: comments, `script`, `style` and tags become a space each, then entities are decoded once;
 * 3. control, zero-width and other invisible characters go. Zero-width joiners stay after an uncased letter or an emoji
 *    (Persian and Indic spelling, families of emoji) and go elsewhere;
 * 4. `nfkc`: Unicode NFKC, but ™ and ℠ stay as they are;
 * 5. `whiteSpace`: runs of white space become one space, none at the ends.
 *
 * Without `html` a second cleaning changes nothing. With it, mark-up that was itself escaped (`&lt;b&gt;`) is text
 * after the first cleaning and would be mark-up in a second.
 * @example createCleaner({ html: false })('<b>  x') // '<b> x'
 */
export function createCleaner(options: CleaningOptions = {}): (text: string) => string {
  const { html = true, nfkc = true, whiteSpace = true } = options;
  return (text) => {
    if (!UNCLEAN.test(text)) return text;
    let cleaned = text.replace(LONE_SURROGATES, '\ufffd');
    if (html) cleaned = decodeEntities(removeMarkup(cleaned));
    cleaned = cleaned.replace(INVISIBLE, '');
    if (nfkc) cleaned = composeText(cleaned);
    const joined = cleaned.replace(IDLE_JOINERS, '');
    // Marks that a joiner kept apart from their letter meet it now.
    cleaned = nfkc && joined !== cleaned ? composeText(joined) : joined;
    return whiteSpace ? cleaned.replace(WHITE_SPACE, ' ').trim() : cleaned;
  };
}

/** NFKC of what stands between the signs ™ and ℠. */
function composeText(text: string): string {
  if (!TRADE_SIGNS.test(text)) return text.normalize('NFKC');
  return text
    .split(TRADE_SIGNS)
    .map((part, index) => (index % 2 === 1 ? part : part.normalize('NFKC')))
    .join('');
}

/**
 * Cleans a text by every step of `createCleaner`. Case and punctuation stay.
 * @example cleanText(' ５0 ml&nbsp; Crème<br />') // '50 ml Crème'
 */
export const cleanText: (text: string) => string = createCleaner();

/** What two spellings of one group share: the cleaned text in lower case. */
export function groupKey(text: string): string {
  return cleanText(text).toLowerCase();
}

const SEPARATOR = '\u001f';

/** One key for the cleaned texts of an example; different texts give different keys, for no cleaned text holds U+001F. */
export function textsKey(texts: readonly string[]): string {
  return texts.join(SEPARATOR);
}
