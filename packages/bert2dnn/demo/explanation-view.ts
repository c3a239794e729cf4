// Why a product has its score: the words of query and title with what each adds, and the features that say most.

import type { Explanation, WordContribution } from '@bert2dnn/student/browser/explain';
import { byId, make } from './elements.js';
import { formatScore, formatSigned } from './numbers.js';

/** Features that are listed. */
const NUM_FEATURES = 8;
/** Contributions that would be written as 0.00. */
const NOTHING = 0.005;

/** The explanation of one pair, over its texts by field. */
export interface ExplainedPair {
  /** Field, its heading, its text; in the order of reading. */
  texts: { field: string; text: string }[];
  explanation: Explanation;
}

/** Shows an explanation, or nothing. */
export function showExplanation(pair: ExplainedPair | undefined): void {
  const card = byId('why');
  card.hidden = pair === undefined;
  if (pair === undefined) return;
  const { explanation, texts } = pair;
  byId('why-title').textContent = `Why ${formatScore(explanation.score)}`;
  const strongest = Math.max(
    ...explanation.words.map(({ contribution }) => Math.abs(contribution)),
  );
  const lines = texts.map(({ field, text }) => {
    const words = explanation.words.filter((word) => word.field === field);
    const line = make('p', 'words', ...markWords(text, words, strongest));
    return make('div', 'field', make('span', 'field-name', field), line);
  });
  byId('why-body').replaceChildren(...lines, listFeatures(explanation), addUp(explanation));
}

/** A text with its words marked where they stand; a word whose place is unknown is skipped. */
function markWords(
  text: string,
  words: readonly WordContribution[],
  strongest: number,
): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let end = 0;
  for (const word of [...words].sort((left, right) => left.start - right.start)) {
    if (word.start < end) continue;
    parts.push(
      text.slice(end, word.start),
      markWord(text.slice(word.start, word.end), word, strongest),
    );
    end = word.end;
  }
  parts.push(text.slice(end));
  return parts;
}

/** Sign by colour, by line (solid, dashed) and in writing; strength by depth of the colour. */
function markWord(
  text: string,
  { contribution }: WordContribution,
  strongest: number,
): HTMLElement {
  if (Math.abs(contribution) < NOTHING) return make('span', 'word', text);
  const sign = contribution < 0 ? 'against' : 'for';
  const amount = make('span', 'amount', formatSigned(contribution));
  const word = make('span', `word ${sign}`, make('span', 'letters', text), amount);
  word.style.setProperty('--strength', String(Math.abs(contribution) / strongest));
  return word;
}

function listFeatures({ features }: Explanation): HTMLElement {
  const shown = features.slice(0, NUM_FEATURES);
  const strongest = Math.max(...shown.map(({ contribution }) => Math.abs(contribution)));
  const rows = shown.map(({ feature, contribution }) => {
    const bar = make('span', `bar ${contribution < 0 ? 'against' : 'for'}`);
    bar.style.setProperty('--share', String(Math.abs(contribution) / strongest));
    return make(
      'li',
      '',
      make('span', 'feature', feature),
      make('span', 'track', bar),
      make('span', 'amount', formatSigned(contribution)),
    );
  });
  const list = make('ol', 'features', ...rows);
  list.setAttribute('aria-label', 'Features that say most');
  return list;
}

/** One line that shows that the parts make the whole. */
function addUp({ base, logit, features, residual, method }: Explanation): HTMLElement {
  const inputs = features.reduce((sum, { contribution }) => sum + contribution, 0);
  const rest = Math.abs(residual) < NOTHING ? '' : `, ${formatSigned(residual)} unexplained`;
  const sum = `${formatSigned(base)} without any feature, ${formatSigned(inputs)} from ${features.length} features${rest}: logit ${formatSigned(logit)}.`;
  return make('p', 'note', `${sum} Method: ${method.replaceAll('-', ' ')}.`);
}
