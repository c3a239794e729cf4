// Which items belong to which category, as flat shared arrays: 8 bytes an item. Categories are compared as texts.
import { GrowingArray } from './growing-array.js';

/** Items by category. Category 0 is that of items without one, and lists none. */
export interface CategoryMembers {
  /** [items] */
  categories: Uint32Array;
  /** [categories + 1] the members of category c are [offsets[c], offsets[c + 1]). */
  offsets: Uint32Array;
  /** Item positions, ascending within a category. */
  members: Uint32Array;
}

/** Gathers the categories of a catalogue, item by item. */
export class CategoryBuilder {
  private readonly numbers = new Map<string, number>([['', 0]]);
  private readonly categories = GrowingArray.ofUint32();

  /** @param category of the next item, '' if it has none */
  add(category: string): void {
    let number = this.numbers.get(category);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(category, number);
    }
    this.categories.push(number);
  }

  finish(): CategoryMembers {
    const categories = this.categories.view();
    const offsets = new Uint32Array(new SharedArrayBuffer((this.numbers.size + 1) * 4));
    for (const category of categories) if (category !== 0) offsets[category + 1]++;
    for (let category = 0; category < this.numbers.size; category++) {
      offsets[category + 1] += offsets[category];
    }
    const members = new Uint32Array(new SharedArrayBuffer(offsets[this.numbers.size] * 4));
    const next = offsets.slice();
    categories.forEach((category, item) => {
      if (category !== 0) members[next[category]++] = item;
    });
    return { categories, offsets, members };
  }
}
