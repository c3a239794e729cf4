// Words to n-grams with boundary marks, as text. The fast path over word ids is `features/ngrams-block.ts`.

/** The marks that stand before the first word and after the last one. */
export interface BoundaryMarks {
  start: string;
  end: string;
}

/** Marks of the `default` tokenizer, whose words never hold these characters. */
export const DEFAULT_MARKS: BoundaryMarks = { start: '^', end: '$' };

/** Longest n-gram that a definition may ask for. */
export const MAX_NGRAM = 3;

/**
 * All n-grams of 1 to `highest` words, joined by one space, by start and then by length.
 * Those longer than one word may begin with the start mark and end with the end mark; no text gives none.
 * n words give 2n + 1 tokens for `highest` 2.
 * @example ngrams(['a', 'b'], 2) // ['^ a', 'a', 'a b', 'b', 'b $']
 */
export function ngrams(
  words: readonly string[],
  highest: number,
  marks: BoundaryMarks = DEFAULT_MARKS,
): string[] {
  const tokens: string[] = [];
  if (words.length === 0) return tokens;
  const padded = [marks.start, ...words, marks.end];
  const last = padded.length - 1;
  for (let start = 0; start < last; start++) {
    let token = padded[start];
    if (start > 0) tokens.push(token);
    for (let end = start + 1; end < start + highest && end <= last; end++) {
      token += ' ' + padded[end];
      tokens.push(token);
    }
  }
  return tokens;
}
