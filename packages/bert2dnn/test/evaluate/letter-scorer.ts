// A scorer for tests whose logits can be counted by hand.
import type { Scorer } from '../../src/evaluate/scorer.js';

/** The logit is the number of letters of the query that the title has, less 2. */
export const LETTER_SCORER: Scorer = {
  name: 'letters',
  kind: 'student',
  fields: ['query', 'title'],
  numOutputs: 1,
  temperature: 1,
  calibrated: true,
  logits: ([queries, titles]) =>
    Float32Array.from(
      queries,
      (query, row) => [...query].filter((letter) => titles[row].includes(letter)).length - 2,
    ),
  release: async () => undefined,
};

/** Three classes; the logits are the numbers of a, b and c in the text. */
export const CLASS_SCORER: Scorer = {
  name: 'abc',
  kind: 'student',
  fields: ['text'],
  numOutputs: 3,
  classes: ['a', 'b', 'c'],
  temperature: 1,
  calibrated: true,
  logits: ([texts]) =>
    Float32Array.from(
      texts.flatMap((text) => ['a', 'b', 'c'].map((each) => text.split(each).length - 1)),
    ),
  release: async () => undefined,
};
