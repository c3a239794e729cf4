import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NUM_BINS, Ranking } from '../../demo/ranking.js';

/** Sorting everything at the end, which is what slices must come to. */
function rankNaively(scores: readonly number[], topK: number) {
  return scores
    .map((score, index) => ({ index, score }))
    .sort((left, right) => right.score - left.score || left.index - right.index)
    .slice(0, topK);
}

describe('Ranking', () => {
  it('comes to the same list and histogram in slices of any size and order', () => {
    // Few distinct scores, so that many are equal.
    const score = fc.integer({ min: 0, max: 20 }).map((twentieth) => twentieth / 20);
    fc.assert(
      fc.property(
        fc.array(score, { maxLength: 60 }),
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 12 }),
        fc.infiniteStream(fc.nat()),
        (scores, sliceSize, topK, keys) => {
          const order = scores
            .map((_, index) => ({ index, key: keys.next().value as number }))
            .sort((left, right) => left.key - right.key)
            .map(({ index }) => index);
          const ranking = new Ranking(
            Uint32Array.from(order),
            (indices) => Array.from(indices, (index) => scores[index]),
            topK,
          );
          while (!ranking.isDone) ranking.advance(sliceSize);
          expect(ranking.best).toEqual(rankNaively(scores, topK));
          const histogram = new Uint32Array(NUM_BINS);
          for (const value of scores)
            histogram[Math.min(NUM_BINS - 1, Math.floor(value * NUM_BINS))] += 1;
          expect(ranking.histogram).toEqual(histogram);
          expect(ranking.numScored).toBe(scores.length);
        },
      ),
    );
  });

  it('shows the best so far between two slices', () => {
    const scores = [0.1, 0.9, 0.5, 0.7];
    const score = (indices: Uint32Array) => Array.from(indices, (index) => scores[index]);
    const ranking = new Ranking(Uint32Array.of(2, 0, 1, 3), score, 2);
    ranking.advance(2);
    expect(ranking.isDone).toBe(false);
    expect(ranking.best.map(({ index }) => index)).toEqual([2, 0]);
    ranking.advance(2);
    expect(ranking.isDone).toBe(true);
    expect(ranking.best.map(({ index }) => index)).toEqual([1, 3]);
  });
});
