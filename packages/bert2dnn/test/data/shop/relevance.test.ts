// The oracle's rules, each on a product and an intent made by hand.
import { describe, expect, it } from 'vitest';
import { createConcepts, type ShopProduct } from '../../../src/data/shop/product.js';
import type { ShopIntent } from '../../../src/data/shop/query.js';
import { countBrokenWishes, gradeOf } from '../../../src/data/shop/relevance.js';
import { createRandom } from '../../../src/foundation/random.js';

const concepts = createConcepts(createRandom(1, 'test'));
const kindOf = (id: string) => concepts.kinds.find((kind) => kind.id === id)!;
const product: ShopProduct = {
  id: 'p1',
  title: 'Doona Couch, Crimson',
  kind: kindOf('sofa'),
  accessory: undefined,
  brand: 'doona',
  model: 'ab123',
  colour: concepts.colours[3],
  material: concepts.materials.get('leather')!,
  feature: concepts.features[0],
  audience: undefined,
  measure: { kind: 'length', value: 72 },
  price: 500,
};
const anySofa: ShopIntent = {
  kind: kindOf('sofa'),
  accessory: undefined,
  brand: undefined,
  colour: undefined,
  material: undefined,
  feature: undefined,
  audience: undefined,
  measure: undefined,
};

describe('gradeOf', () => {
  it.each([
    ['the right kind, no wish', {}, {}, 4],
    ['the right kind, all wishes met', { colour: concepts.colours[3], brand: 'doona' }, {}, 4],
    ['one wish broken', { colour: concepts.colours[0], brand: 'doona' }, {}, 3],
    ['two wishes broken', { colour: concepts.colours[0], brand: 'other' }, {}, 2],
    [
      'three wishes broken',
      { colour: concepts.colours[0], brand: 'other', feature: concepts.features[1] },
      {},
      2,
    ],
    ['a substitute', {}, { kind: kindOf('loveseat') }, 2],
    [
      'a substitute, two wishes broken',
      { colour: concepts.colours[0], brand: 'other' },
      { kind: kindOf('loveseat') },
      1,
    ],
    ['another kind of the department', {}, { kind: kindOf('wardrobe') }, 1],
    ['an accessory of the thing', {}, { accessory: 'cover' }, 2],
    ['the thing where its accessory is wanted', { accessory: 'cover' }, {}, 2],
    ['the accessory that is wanted', { accessory: 'cover' }, { accessory: 'cover' }, 4],
    ['another accessory', { accessory: 'cover' }, { accessory: 'stand' }, 1],
  ])('%s', (_, wishes, changes, grade) => {
    expect(gradeOf({ ...anySofa, ...wishes }, { ...product, ...changes })).toBe(grade);
  });
});

describe('countBrokenWishes', () => {
  it('compares measures by value and kind', () => {
    const wish = (value: number) => ({ ...anySofa, measure: { kind: 'length' as const, value } });
    expect(countBrokenWishes(wish(72), product)).toBe(0);
    expect(countBrokenWishes(wish(60), product)).toBe(1);
    const pack = { ...anySofa, measure: { kind: 'pack' as const, value: 72 } };
    expect(countBrokenWishes(pack, product)).toBe(1);
  });
});
