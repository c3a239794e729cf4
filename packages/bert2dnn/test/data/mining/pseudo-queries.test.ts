// Pseudo-queries: what is cut from which part of an item, and what never comes out, whatever goes in.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cutPseudoQueries,
  type PseudoQueryItem,
  type PseudoQueryOrigin,
} from '../../../src/data/mining/pseudo-queries.js';
import { createRandom } from '../../../src/foundation/random.js';

const DRILL: PseudoQueryItem = {
  title: 'DeWalt® 20V Max Cordless Drill/Driver Kit, for Wood (2 Ah)',
  brand: 'DeWalt',
  category: 'Tools > Power Tools > Cordless Drills',
  attributes: ['Colour: yellow'],
};

/** All queries of an origin over many seeds. */
function cutMany(item: PseudoQueryItem, origin: PseudoQueryOrigin): Map<string, number> {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 500; seed++) {
    for (const each of cutPseudoQueries(item, createRandom(seed))) {
      if (each.origin === origin) counts.set(each.query, (counts.get(each.query) ?? 0) + 1);
    }
  }
  return counts;
}

describe('cutPseudoQueries', () => {
  it('cuts n-grams of title words, the head more often than the tail, across no comma or bracket', () => {
    const counts = cutMany(DRILL, 'title');
    for (const query of counts.keys()) {
      expect('dewalt 20v max cordless drill/driver kit'.includes(query) || query === 'wood').toBe(
        true,
      );
      expect(query.split(' ').length).toBeLessThanOrEqual(5);
    }
    const at = (query: string) => counts.get(query) ?? 0;
    expect(at('dewalt 20v')).toBeGreaterThan(at('cordless drill/driver'));
    expect(at('cordless drill/driver')).toBeGreaterThan(0);
    // "2 ah" is a size, "for" alone means nothing.
    expect(at('2 ah')).toBe(0);
  });

  it('cuts the last part of the category, the brand with either, and a value with the category', () => {
    expect([...cutMany(DRILL, 'category').keys()]).toEqual(['cordless drills']);
    const branded = [...cutMany(DRILL, 'brand').keys()];
    expect(branded).toContain('dewalt cordless drills');
    expect(branded).toContain('dewalt drill/driver kit');
    for (const query of branded) expect(query).toMatch(/^dewalt (?!.*dewalt)./);
    expect([...cutMany(DRILL, 'attribute').keys()]).toEqual(['yellow cordless drills']);
    const slashed = { title: '', category: 'Tools/Power Tools/Saws & Blades/' };
    expect(cutPseudoQueries(slashed, createRandom(1))).toEqual([
      { query: 'saws blades', origin: 'category' },
    ]);
  });

  it('cuts nothing from titles that are sizes or say nothing', () => {
    for (const title of ['', '12 x 12 in.', '20V 4.0 Ah', 'for the', '2 pack', '!!! --- ***']) {
      expect(cutPseudoQueries({ title, attributes: ['n/a', 'red'] }, createRandom(1))).toEqual([]);
    }
  });

  it('gives clean, different queries for any texts, and the same ones for the same stream', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc
        .array(
          fc.constantFrom('Red', 'for', '12', 'in.', '"Mug"', '—', '&', 'A/B', '>', ':', '(big)'),
        )
        .map((words) => words.join(' ')),
    );
    const items = fc.record(
      { title: text, brand: text, category: text, attributes: fc.array(text, { maxLength: 3 }) },
      { requiredKeys: ['title'] },
    );
    fc.assert(
      fc.property(items, fc.nat(1e6), (item, seed) => {
        const cut = cutPseudoQueries(item, createRandom(seed));
        expect(cutPseudoQueries(item, createRandom(seed))).toEqual(cut);
        expect(new Set(cut.map(({ query }) => query)).size).toBe(cut.length);
        for (const { query } of cut) {
          expect(query).toBe(query.toLowerCase());
          expect(query).toMatch(/^[\p{L}\p{N}].*[\p{L}\p{N}]$|^[\p{L}\p{N}]$/u);
          expect(query).toMatch(/\p{L}/u);
          for (const word of query.split(' ')) {
            expect(word).toMatch(/^[\p{L}\p{N}](.*[\p{L}\p{N}])?$/u);
          }
          expect(query).not.toMatch(/^for |^for$| for$/);
        }
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});
