// Seeded collections with words as uneven as those of a catalogue, and BM25 written down plainly over all documents.
import { splitWords } from '@bert2dnn/student';
import { createRandom } from '../../../src/foundation/random.js';

/** Texts of words w0, w1, ... of which the first are by far the most frequent. */
export function createTexts(
  numTexts: number,
  { seed, numWords, length }: { seed: number; numWords: number; length: number },
): string[] {
  const random = createRandom(seed, 'texts');
  return Array.from({ length: numTexts }, () =>
    Array.from(
      { length: 1 + random.nextInt(length) },
      () => `w${Math.floor(numWords * random.next() ** 4)}`,
    ).join(' '),
  );
}

/** Every document scored, in float64, the heaviest term first as the index promises; then sorted. */
export function rankAll(
  query: string,
  documents: readonly string[],
  limit: number,
): { document: number; score: number }[] {
  const all = documents.map(splitWords);
  const mean = all.reduce((sum, words) => sum + words.length, 0) / all.length || 1;
  const counts = new Map<string, number>();
  for (const word of splitWords(query)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const terms = [...counts].map(([word, count]) => {
    const numWith = all.filter((words) => words.includes(word)).length;
    return { word, weight: count * Math.log(1 + (all.length - numWith + 0.5) / (numWith + 0.5)) };
  });
  terms.sort((left, right) => right.weight - left.weight);
  return all
    .map((words, document) => {
      let score = 0;
      for (const { word, weight } of terms) {
        const frequency = words.filter((each) => each === word).length;
        const norm = 1.2 * (1 - 0.75 + 0.75 * (words.length / mean));
        if (frequency > 0) score += weight * ((frequency * 2.2) / (frequency + norm));
      }
      return { document, score };
    })
    .filter(({ score }) => score > 0)
    .sort((left, right) => right.score - left.score || left.document - right.document)
    .slice(0, limit);
}
