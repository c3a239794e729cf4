// Properties of masking: whole words only, the share on average, 80/10/10, nothing special, the same again.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/foundation/random.js';
import {
  corruptTokens,
  NO_WORD,
  ordinaryTokens,
  wholeWordMasking,
} from '../../src/teacher/masking.js';

/** Words of a row: special at both ends, words of one to five tokens between. */
const row = fc
  .array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 40 })
  .map((lengths) => [
    NO_WORD,
    ...lengths.flatMap((length, word) => new Array<number>(length).fill(word)),
    NO_WORD,
  ]);
const share = fc.double({ min: 0.01, max: 1, noNaN: true });
const seed = fc.integer({ min: 0, max: 1e6 });

describe('wholeWordMasking', () => {
  it('takes words whole, no special token, one word at least, positions ascending, and repeats', () => {
    fc.assert(
      fc.property(row, share, seed, (words, wanted, from) => {
        const policy = wholeWordMasking({ share: wanted });
        const positions = policy(words, words, createRandom(from));
        expect(positions).toEqual([...positions].sort((left, right) => left - right));
        const chosen = new Set(positions.map((position) => words[position]));
        expect(chosen.has(NO_WORD)).toBe(false);
        const whole = words.flatMap((word, position) => (chosen.has(word) ? [position] : []));
        expect(positions).toEqual(whole);
        const count = wanted * (words.at(-2)! + 1);
        expect(chosen.size).toBeGreaterThanOrEqual(Math.max(1, Math.floor(count)));
        expect(chosen.size).toBeLessThanOrEqual(Math.max(1, Math.ceil(count)));
        expect(policy(words, words, createRandom(from))).toEqual(positions);
      }),
    );
  });

  it('keeps the share on average, and every word has the same chance', () => {
    const numWords = 10;
    const words = Array.from({ length: numWords }, (_, word) => word);
    const policy = wholeWordMasking({ share: 0.25 });
    const counts = new Float64Array(numWords);
    const draws = 20_000;
    for (let draw = 0; draw < draws; draw++) {
      for (const position of policy(words, words, createRandom(draw, 'share'))) counts[position]++;
    }
    // The deviation of a count is sqrt(20000 x 0.25 x 0.75) = 61; five of them are 0.0153 of the draws.
    for (const count of counts) expect(Math.abs(count / draws - 0.25)).toBeLessThan(0.0153);
  });

  it('gives nothing for a row without words', () => {
    expect(wholeWordMasking({})([2, 3], [NO_WORD, NO_WORD], createRandom(1))).toEqual([]);
  });
});

describe('corruptTokens', () => {
  const MASK = 4;
  const special = new Set([0, 1, 2, 3, MASK]);
  const drawToken = ordinaryTokens(1000, special);

  it('masks 80 %, replaces 10 % and leaves 10 %, and gives what stood there', () => {
    const numTokens = 50_000;
    const original = Int32Array.from({ length: numTokens }, (_, index) => 5 + (index % 995));
    const ids = original.slice();
    const positions = [...original.keys()];
    const options = { maskId: MASK, drawToken, random: createRandom(3, 'corrupt') };
    expect(corruptTokens(ids, positions, options)).toEqual([...original]);
    const masked = ids.filter((id) => id === MASK).length / numTokens;
    const kept = ids.filter((id, index) => id === original[index]).length / numTokens;
    // Five deviations of 50,000 draws: 0.009 at a share of 0.8, 0.007 at 0.1 (a thousandth of it drawn by chance).
    expect(Math.abs(masked - 0.8)).toBeLessThan(0.009);
    expect(Math.abs(kept - 0.1 * (1 + 1 / 995))).toBeLessThan(0.007);
    expect(ids.every((id) => id === MASK || !special.has(id))).toBe(true);
  });

  it('changes chosen tokens only', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: 29 })), seed, (positions, from) => {
        const ids = Int32Array.from({ length: 30 }, (_, index) => 100 + index);
        const labels = corruptTokens(ids, positions, {
          maskId: MASK,
          drawToken,
          random: createRandom(from),
        });
        expect(labels).toEqual(positions.map((position) => 100 + position));
        ids.forEach((id, index) => {
          if (!positions.includes(index)) expect(id).toBe(100 + index);
        });
      }),
    );
  });

  it('draws every ordinary token and no special one', () => {
    const draw = ordinaryTokens(8, new Set([0, 3]));
    const random = createRandom(1);
    const drawn = new Set(Array.from({ length: 400 }, () => draw(random)));
    expect([...drawn].sort()).toEqual([1, 2, 4, 5, 6, 7]);
  });
});
