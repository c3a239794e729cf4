// The few regular expressions of Oniguruma that JavaScript reads alike, with `\s` as Oniguruma means it.
import { classSource } from './character-classes.js';
import { SEPARATOR_RANGES } from './character-tables.js';

const ESCAPE = String.raw`\\[nrts.^$|?*+()[\]{}\\/]`;
const LITERAL = String.raw`[^\\^$.|?*+()[\]{}]`;
const CLASS = String.raw`\[(?:[^\\^[\]&-]|${ESCAPE})+\]`;
const QUANTIFIER = String.raw`(?:[+*?]|\{\d+(?:,\d*)?\})`;
const ATOM = `(?:${LITERAL}|${ESCAPE}|${CLASS})${QUANTIFIER}?`;
/** Literals, escapes and plain classes with greedy quantifiers, and alternatives of them. */
const READABLE = new RegExp(`^${ATOM}(?:\\|?${ATOM})*$`, 'u');

/**
 * A global expression that finds what Oniguruma finds, or nothing where that is not known to be so
 * (groups, anchors, `.`, ranges, properties, or a match of no character).
 */
export function compilePattern(source: string): RegExp | undefined {
  if (!READABLE.test(source)) return undefined;
  const space = classSource(SEPARATOR_RANGES);
  const expand = (part: string): string => (part === '\\s' ? space : part);
  // Inside a class the set stands as it is, outside it needs brackets.
  const translated = source.replace(/\[(?:\\.|[^\\\]])+\]|\\./gu, (part) =>
    part === '\\s' ? `[${space}]` : part.replace(/\\./gu, expand),
  );
  try {
    const matchesNothing = new RegExp(`^(?:${translated})$`, 'u').test('');
    return matchesNothing ? undefined : new RegExp(translated, 'gu');
  } catch {
    return undefined; // `{2,1}`
  }
}
