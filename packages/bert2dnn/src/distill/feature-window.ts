// Shards that are in memory together, and the shuffled order of their examples. Reads nothing itself.
import { createRandom, shuffle } from '../foundation/random.js';
import type { BatchBags } from './feature-cache.js';
import type { FeatureShard } from './feature-shard.js';

/** A batch of a window. */
export interface Batch {
  /** What the ids are gathered from. */
  features: { gather(blockIndex: number, places: Int32Array, into: BatchBags): void };
  /** [B] places of the examples in `features`. */
  places: Int32Array;
  /** [B] numbers of the examples in the input: rows of the targets. */
  rows: Int32Array;
  /** [B] equal for examples of a group, and only for them within a window. Present with `byGroup`. */
  groups?: Int32Array;
}

/** How the examples of a window are ordered and cut. */
export interface WindowOrder {
  seed: number;
  /** What the order is for: another purpose, another order. */
  purpose: string;
  batchSize: number;
  /** Whether rows of a group stand together. */
  byGroup: boolean;
  /** Ascending rows of the input that take part; absent: all. */
  rows: Int32Array | undefined;
}

/** Shards in ascending order. A place is the number of the shard in the window, then that of the example in the shard. */
export class FeatureWindow {
  readonly shards: readonly FeatureShard[];
  readonly #bits: number;

  /** @param shardExamples of a full shard, a power of two */
  constructor(
    shards: readonly FeatureShard[],
    private readonly shardExamples: number,
  ) {
    this.shards = [...shards].sort((left, right) => left.index - right.index);
    this.#bits = Math.log2(shardExamples);
  }

  /** Gathers the bags of the examples at `places [B]` of a block into `into`. */
  gather(blockIndex: number, places: Int32Array, into: BatchBags): void {
    const { shards } = this;
    const bits = this.#bits;
    const mask = this.shardExamples - 1;
    const B = places.length;
    if (into.offsets.length < B + 1) into.offsets = new Int32Array(B + 1);
    const { offsets } = into;
    offsets[0] = 0;
    for (let b = 0; b < B; b++) {
      const { offsets: stored } = shards[places[b] >> bits].blocks[blockIndex];
      const example = places[b] & mask;
      offsets[b + 1] = offsets[b] + stored[example + 1] - stored[example];
    }
    if (into.ids.length < offsets[B]) into.ids = new Int32Array(Math.ceil(offsets[B] * 1.25));
    const { ids } = into;
    for (let b = 0; b < B; b++) {
      const bags = shards[places[b] >> bits].blocks[blockIndex];
      let source = bags.offsets[places[b] & mask];
      for (let index = offsets[b]; index < offsets[b + 1]; index++) ids[index] = bags.ids[source++];
    }
  }

  /** The window's batches in their order, from the one with number `skip` on. */
  *batches(order: WindowOrder, skip = 0): Generator<Batch> {
    const places = this.#placesOf(order.rows);
    shuffle(places, createRandom(order.seed, order.purpose));
    const groups = order.byGroup ? this.#sortByGroup(places, order) : undefined;
    const cuts =
      groups === undefined
        ? evenCuts(places.length, order.batchSize)
        : groupCuts(groups, order.batchSize);
    for (let index = skip; index + 1 < cuts.length; index++) {
      const own = places.subarray(cuts[index], cuts[index + 1]);
      yield {
        features: this,
        places: own,
        rows: own.map((place) => this.#rowOf(place)),
        ...(groups && { groups: groups.subarray(cuts[index], cuts[index + 1]) }),
      };
    }
  }

  /** How many batches `batches` gives; cheap unless `byGroup`. */
  numBatches(order: WindowOrder): number {
    if (!order.byGroup) return Math.ceil(this.#placesOf(order.rows).length / order.batchSize);
    const places = this.#placesOf(order.rows);
    shuffle(places, createRandom(order.seed, order.purpose));
    return groupCuts(this.#sortByGroup(places, order), order.batchSize).length - 1;
  }

  #rowOf(place: number): number {
    const shard = this.shards[place >> this.#bits];
    return shard.index * this.shardExamples + (place & (this.shardExamples - 1));
  }

  /** Places in the order of the input. */
  #placesOf(rows: Int32Array | undefined): Int32Array {
    const places: number[] | Int32Array = new Int32Array(
      this.shards.reduce((sum, { numExamples }) => sum + numExamples, 0),
    );
    let numPlaces = 0;
    this.shards.forEach(({ index, numExamples }, slot) => {
      const first = index * this.shardExamples;
      const base = slot << this.#bits;
      if (rows === undefined) {
        for (let example = 0; example < numExamples; example++)
          places[numPlaces++] = base + example;
        return;
      }
      for (let at = firstAtLeast(rows, first); rows[at] < first + numExamples; at++) {
        places[numPlaces++] = base + rows[at] - first;
      }
    });
    return places.subarray(0, numPlaces);
  }

  /** Sorts shuffled places by group, groups in shuffled order too; gives the group of each [n]. */
  #sortByGroup(places: Int32Array, { seed, purpose }: WindowOrder): Int32Array {
    const mask = this.shardExamples - 1;
    const numbers = new Map<bigint, number>();
    const counts: number[] = [];
    const groups = places.map((place) => {
      const key = this.shards[place >> this.#bits].groupKeys![place & mask];
      let number = numbers.get(key);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(key, number);
        counts.push(0);
      }
      counts[number]++;
      return number;
    });
    const order = Int32Array.from(counts, (_, group) => group);
    shuffle(order, createRandom(seed, `${purpose}:groups`));
    const starts = new Int32Array(counts.length);
    let end = 0;
    for (const group of order) {
      starts[group] = end;
      end += counts[group];
    }
    const unsorted = places.slice();
    const sorted = new Int32Array(groups.length);
    for (let index = 0; index < unsorted.length; index++) {
      const target = starts[groups[index]]++;
      places[target] = unsorted[index];
      sorted[target] = groups[index];
    }
    return sorted;
  }
}

/** First index of ascending numbers whose value is at least `least`; their count if there is none. */
export function firstAtLeast(values: Int32Array, least: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

function evenCuts(numExamples: number, batchSize: number): number[] {
  const cuts: number[] = [];
  for (let cut = 0; cut < numExamples; cut += batchSize) cuts.push(cut);
  return [...cuts, numExamples];
}

/** Batches of whole groups, as many as fit; only a group that is larger than a batch is cut. */
function groupCuts(groups: Int32Array, batchSize: number): number[] {
  const cuts = [0];
  let start = 0;
  while (start < groups.length) {
    let end = start + 1;
    while (end < groups.length && groups[end] === groups[start]) end++;
    if (end - cuts[cuts.length - 1] > batchSize && start > cuts[cuts.length - 1]) cuts.push(start);
    while (end - cuts[cuts.length - 1] > batchSize) cuts.push(cuts[cuts.length - 1] + batchSize);
    start = end;
  }
  if (groups.length > 0) cuts.push(groups.length);
  return cuts;
}
