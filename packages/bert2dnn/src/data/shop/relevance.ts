// The truth of the synthetic shop: how well a product answers an intent, from their attributes alone.
// It never sees a text, so no model can copy it from the files.
import type { ShopProduct } from './product.js';
import type { ShopIntent } from './query.js';

/** 4 exact, 3 good but for one wish, 2 weak or a substitute, 1 irrelevant. */
export type Grade = 1 | 2 | 3 | 4;

/** The lowest and the highest grade. */
export const GRADE_RANGE: readonly [number, number] = [1, 4];

/**
 * The true grade of a product for an intent.
 * The right kind of thing is 4 less its broken wishes, but at least 2; a kind of the same family that breaks
 * at most one wish is 2; an accessory of the wanted thing (or the thing, where its accessory is wanted) is 2 if
 * nothing else is wrong; everything else is 1.
 */
export function gradeOf(intent: ShopIntent, product: ShopProduct): Grade {
  const numBroken = countBrokenWishes(intent, product);
  const isSameKind = product.kind === intent.kind;
  const wantsAccessory = intent.accessory !== undefined;
  const isAccessory = product.accessory !== undefined;
  if (wantsAccessory !== isAccessory) return isSameKind && numBroken === 0 ? 2 : 1;
  if (wantsAccessory && intent.accessory !== product.accessory) return 1;
  if (isSameKind) return numBroken === 0 ? 4 : numBroken === 1 ? 3 : 2;
  return product.kind.family === intent.kind.family && numBroken <= 1 ? 2 : 1;
}

/** How many of the intent's wishes the product does not fulfil, the kind of thing aside. */
export function countBrokenWishes(intent: ShopIntent, product: ShopProduct): number {
  let numBroken = 0;
  if (intent.brand !== undefined && intent.brand !== product.brand) numBroken++;
  for (const wish of ['colour', 'material', 'feature', 'audience'] as const) {
    if (intent[wish] !== undefined && intent[wish] !== product[wish]) numBroken++;
  }
  const { measure } = intent;
  if (measure !== undefined) {
    const isMet = measure.kind === product.measure.kind && measure.value === product.measure.value;
    if (!isMet) numBroken++;
  }
  return numBroken;
}
