// Which languages and scripts texts are in: the one door to the detector. Guesses from trigrams; a search query is too
// short for that, so short texts are read together and otherwise left unsure.
import { francAll } from 'franc-min';

/** Stands for a text whose language cannot be told reliably. */
export const UNSURE = 'unsure';

/** What the texts of a sample look like. Counts by name, the most frequent first. */
export interface LanguageStats {
  /** Texts looked at, empty ones left out. */
  texts: number;
  /** By ISO 639-3 code, or `unsure`: texts, each by itself. */
  alone: Record<string, number>;
  /** The same of the texts joined, by script, into runs of about 2,000 characters: a mixture shows as its main part. */
  joined: Record<string, number>;
  /** Texts by their commonest script, or `none` where a text has no letter. */
  scripts: Record<string, number>;
}

/**
 * Fewest characters that a text must have to be told by itself, unless its script is one language's own, and how far
 * below 1, the detector's score of the best language, the next must be. How often that is right: `bench languages`.
 */
const LEAST_CHARACTERS = 50;
const LEAST_MARGIN = 0.1;
/** The detector reads so much of a text; more would only cost time. */
const MOST_CHARACTERS = 400;
/** In a run of this length even names and sizes of products are told; scores lie close together, so no margin is asked. */
const RUN_CHARACTERS = 2000;

const SCRIPTS: readonly (readonly [string, RegExp])[] = [
  'Latin',
  'Cyrillic',
  'Greek',
  'Arabic',
  'Hebrew',
  'Devanagari',
  'Bengali',
  'Tamil',
  'Thai',
  'Hangul',
  'Hiragana',
  'Katakana',
  'Han',
].map((name) => [name, new RegExp(`\\p{Script=${name}}`, 'gu')] as const);
const LETTER = /\p{L}/gu;

/** The language of one text as an ISO 639-3 code, or `unsure`. */
export function detectLanguage(text: string): string {
  return detect(text.slice(0, MOST_CHARACTERS), LEAST_CHARACTERS, LEAST_MARGIN);
}

function detect(text: string, leastCharacters: number, leastMargin: number): string {
  const [[language], second] = francAll(text, { minLength: 2 });
  if (language === 'und') return UNSURE;
  // A script with one language gives one answer and no second.
  if (second === undefined) return language;
  return text.length >= leastCharacters && 1 - second[1] >= leastMargin ? language : UNSURE;
}

/** The commonest script of a text's letters, `other` for one not listed, or `none`. */
export function detectScript(text: string): string {
  const numLetters = text.match(LETTER)?.length ?? 0;
  if (numLetters === 0) return 'none';
  let best = 'other';
  let most = 0;
  for (const [name, pattern] of SCRIPTS) {
    const count = text.match(pattern)?.length ?? 0;
    if (count > most) [best, most] = [name, count];
    if (most * 2 > numLetters) break;
  }
  return best;
}

/** Languages and scripts of a sample. */
export function describeLanguages(texts: readonly string[]): LanguageStats {
  const alone = new Tally();
  const joined = new Tally();
  const scripts = new Tally();
  const runs = new Map<string, string>();
  let numTexts = 0;
  for (const text of texts) {
    if (text.trim() === '') continue;
    numTexts++;
    const script = detectScript(text);
    scripts.add(script);
    alone.add(detectLanguage(text));
    const run = `${runs.get(script) ?? ''}${text}\n`;
    const isFull = run.length >= RUN_CHARACTERS;
    if (isFull) joined.add(detect(run, RUN_CHARACTERS, 0));
    runs.set(script, isFull ? '' : run);
  }
  return {
    texts: numTexts,
    alone: alone.sorted(),
    joined: joined.sorted(),
    scripts: scripts.sorted(),
  };
}

/** Counts names. */
class Tally {
  private readonly counts = new Map<string, number>();

  add(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  sorted(): Record<string, number> {
    return Object.fromEntries(
      [...this.counts].sort((left, right) => right[1] - left[1] || (left[0] < right[0] ? -1 : 1)),
    );
  }
}
