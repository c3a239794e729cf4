// Queries to begin with, where none are given: pairs of neighbouring words that many titles have.
import { normalizeText, splitWords } from '@bert2dnn/student';

/** How many are taken. */
const NUM_QUERIES = 4;

/** The most frequent pairs of words of letters, no word in two of them; ties by which is seen first. */
export function findExampleQueries(titles: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const title of titles) {
    const words = splitWords(normalizeText(title));
    for (let at = 1; at < words.length; at++) {
      const pair = [words[at - 1], words[at]];
      if (!pair.every((word) => /^\p{L}{3,}$/u.test(word))) continue;
      const query = pair.join(' ');
      counts.set(query, (counts.get(query) ?? 0) + 1);
    }
  }
  const queries: string[] = [];
  const taken = new Set<string>();
  for (const [query] of [...counts].sort(([, left], [, right]) => right - left)) {
    const words = query.split(' ');
    if (words.some((word) => taken.has(word))) continue;
    for (const word of words) taken.add(word);
    queries.push(query);
    if (queries.length === NUM_QUERIES) break;
  }
  return queries;
}
