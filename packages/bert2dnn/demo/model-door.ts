// TEMPORARY until loadStudent and explain are merged: the same calls over what is there.
import { loadStudent as load, type Student as Scoring } from '@bert2dnn/student/browser';

export interface Contribution {
  kind: string;
  block: string;
  feature: string;
  contribution: number;
  count: number;
  words: { field: string; word: number }[];
}
export interface WordContribution {
  field: string;
  index: number;
  word: string;
  start: number;
  end: number;
  contribution: number;
}
export interface Explanation {
  logit: number;
  score: number;
  base: number;
  method: string;
  features: Contribution[];
  words: WordContribution[];
  residual: number;
}
export type Student = Omit<Scoring, 'explain'> & {
  executor: string;
  explain(example: string[]): Explanation;
};

export async function loadStudent(url: URL): Promise<Student> {
  const student = await load(url);
  const explain = ([query, title]: string[]): Explanation => {
    const { logit, score } = student.score([query, title]);
    const base = student.score(['', '']).logit;
    const words: WordContribution[] = [];
    for (const [field, text] of Object.entries({ query, title })) {
      for (const match of text.matchAll(/[\p{L}\p{N}]+/gu)) {
        const rest = text.slice(0, match.index) + text.slice(match.index + match[0].length);
        const without = student.score(field === 'query' ? [rest, title] : [query, rest]).logit;
        words.push({
          field,
          index: words.filter((word) => word.field === field).length,
          word: match[0].toLowerCase(),
          start: match.index,
          end: match.index + match[0].length,
          contribution: logit - without,
        });
      }
    }
    const features = words.map(({ word, field, index, contribution }) => ({
      kind: 'ngrams',
      block: field,
      feature: word,
      contribution,
      count: 1,
      words: [{ field, word: index }],
    }));
    features.sort((left, right) => Math.abs(right.contribution) - Math.abs(left.contribution));
    const total = words.reduce((sum, word) => sum + word.contribution, 0);
    return {
      logit,
      score,
      base,
      method: 'leave-one-out',
      features,
      words,
      residual: logit - base - total,
    };
  };
  return Object.assign(student, { executor: 'reference', explain });
}
