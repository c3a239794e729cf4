// An explanation for a terminal: words and features with signs and bars, and colours where they are wanted.
import type { Explanation } from './explanation.js';
import { figuresOf, formatSigned } from './explanation-figures.js';

/** How an explanation is printed. */
export interface ExplanationTextOptions {
  /** Green and red by sign, as ANSI escapes. Default false; signs and bars say the same. */
  color?: boolean;
  /** Features printed; the rest is one line. Default 20. */
  top?: number;
}

const GREEN = '\u001b[32m';
const RED = '\u001b[31m';
const BOLD = '\u001b[1m';
const DIM = '\u001b[2m';
const RESET = '\u001b[0m';
/** Characters of the longest bar. */
const BAR_WIDTH = 24;

/** Lines for a terminal, each ended. */
export function explanationToText(
  explanation: Explanation,
  { color = false, top = 20 }: ExplanationTextOptions = {},
): string {
  const { words, features } = explanation;
  const figures = figuresOf(explanation, top);
  const paint = (code: string, text: string): string => (color ? `${code}${text}${RESET}` : text);
  const row = (contribution: number, largest: number, text: string): string => {
    const length = largest === 0 ? 0 : Math.round((Math.abs(contribution) / largest) * BAR_WIDTH);
    const bar = (contribution < 0 ? '-' : '+').repeat(length).padEnd(BAR_WIDTH);
    const code = contribution < 0 ? RED : GREEN;
    return `${paint(code, `${formatSigned(contribution).padStart(8)}  ${bar}`)}  ${text}`;
  };
  const lines = [paint(BOLD, figures.headline), paint(DIM, figures.sum), ''];
  for (const { field, total, words: ofField } of figures.fields) {
    lines.push(paint(BOLD, `${field} ${formatSigned(total)}`));
    for (const { contribution, word } of ofField) {
      lines.push(row(contribution, figures.largestWord, printable(word)));
    }
    lines.push('');
  }
  if (words.length === 0) lines.push('no words', '');
  lines.push(paint(BOLD, `features (${features.length})`));
  if (figures.blocks !== '') lines.push(paint(DIM, `by block: ${figures.blocks}`));
  for (const { contribution, feature, block, count } of figures.top) {
    const times = count > 1 ? `, ${count} times` : '';
    const where = paint(DIM, `(${block}${times})`);
    lines.push(row(contribution, figures.largestFeature, `${printable(feature)}  ${where}`));
  }
  if (figures.rest !== undefined) lines.push(paint(DIM, figures.rest));
  return `${lines.join('\n')}\n`;
}

/** A text of others may hold no escapes for the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '\ufffd');
}
