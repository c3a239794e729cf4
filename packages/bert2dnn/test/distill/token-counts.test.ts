// Counting: exact within the bound, a known error beyond it, and an order that no input order can change.
import { describe, expect, it } from 'vitest';
import { TokenCounts } from '../../src/distill/token-counts.js';
import { createRandom, shuffle } from '../../src/foundation/random.js';

/** Token k occurs about 1000 / k times, shuffled. */
function zipfTokens(): string[] {
  const tokens: string[] = [];
  for (let rank = 1; rank <= 400; rank++) {
    for (let index = 0; index < Math.ceil(1000 / rank); index++) tokens.push(`t${rank}`);
  }
  shuffle(tokens, createRandom(3, 'tokens'));
  return tokens;
}

function trueCounts(tokens: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}

describe('TokenCounts', () => {
  it('gives the most frequent, ties by their text', () => {
    const counts = new TokenCounts();
    counts.add(['b', 'a', 'c', 'c']);
    counts.add(['b', 'd']);
    expect(counts.mostFrequent(3)).toEqual(['b', 'c', 'a']);
    expect(counts.mostFrequent(9, 2)).toEqual(['b', 'c']);
    expect(counts.largestError).toBe(0);
  });

  it('does not depend on the order of the examples', () => {
    const tokens = zipfTokens();
    const forward = new TokenCounts();
    forward.add(tokens);
    const backward = new TokenCounts();
    for (const token of [...tokens].reverse()) backward.add([token]);
    expect(backward.mostFrequent(100)).toEqual(forward.mostFrequent(100));
  });

  it('beyond its bound keeps every token that is frequent enough', () => {
    const tokens = zipfTokens();
    const counts = new TokenCounts({ maxTokens: 100 });
    for (let start = 0; start < tokens.length; start += 10) {
      counts.add(tokens.slice(start, start + 10));
      expect(counts.size).toBeLessThanOrEqual(110);
    }
    expect(counts.largestError).toBeGreaterThan(0);
    const kept = new Set(counts.mostFrequent(1000));
    for (const [token, count] of trueCounts(tokens)) {
      if (count > counts.largestError) expect(kept.has(token), token).toBe(true);
    }
  });

  it('refuses an impossible bound', () => {
    expect(() => new TokenCounts({ maxTokens: 0 })).toThrow(/maxTokens must be/);
  });
});
