// The batches of every epoch: shards in a seeded order, gathered into windows that fit into memory, shuffled within one.
// The next window is read while the batches of this one are trained on. Threads change the speed and never the order.
import { Bert2dnnError } from '../foundation/errors.js';
import { createRandom, shuffle } from '../foundation/random.js';
import type { FeatureShard } from './feature-shard.js';
import type { FeatureStore } from './feature-store.js';
import { type Batch, FeatureWindow, type WindowOrder } from './feature-window.js';

/** Settings of `BatchSource`. */
export interface BatchSourceOptions {
  batchSize: number;
  seed: number;
  /**
   * Features that are shuffled together, in bytes; a window ends with the shard that reaches it. Two windows are in memory,
   * and a shard for each thread.
   */
  windowBytes: number;
  /** Ascending rows of the input to train on; absent: all. */
  rows?: Int32Array;
  /** Rows of a group next to each other, whole groups in a batch, with `Batch.groups`. Default `false`. */
  byGroup?: boolean;
}

/** Batches by epoch. An input that fits into one window is read once and shuffled as a whole. */
export class BatchSource {
  #only: FeatureWindow | undefined;

  constructor(
    private readonly store: FeatureStore,
    private readonly options: BatchSourceOptions,
  ) {}

  /** Examples of an epoch. */
  get numExamples(): number {
    return this.options.rows?.length ?? this.store.numExamples;
  }

  /**
   * The batches of an epoch in order, from the one with number `skip` on. Every example comes once; a batch never crosses
   * from one window into the next, so the last one of a window may be smaller.
   */
  async *batches(epoch: number, skip = 0): AsyncGenerator<Batch> {
    let toSkip = skip;
    let windowIndex = 0;
    for await (const window of this.#windows(epoch)) {
      this.#requireGroups(window);
      const order = this.#orderOf(epoch, windowIndex++);
      const numBatches = toSkip === 0 ? 0 : window.numBatches(order);
      if (toSkip === 0 || toSkip < numBatches) yield* window.batches(order, toSkip);
      toSkip = Math.max(0, toSkip - numBatches);
    }
  }

  #orderOf(epoch: number, windowIndex: number): WindowOrder {
    const { seed, batchSize, rows, byGroup = false } = this.options;
    const purpose = windowIndex === 0 ? `shuffle:${epoch}` : `shuffle:${epoch}:${windowIndex}`;
    return { seed, purpose, batchSize, rows, byGroup };
  }

  async *#windows(epoch: number): AsyncGenerator<FeatureWindow> {
    if (this.#only !== undefined) {
      yield this.#only;
      return;
    }
    const order = Int32Array.from({ length: this.store.numShards }, (_, index) => index);
    shuffle(order, createRandom(this.options.seed, `shards:${epoch}`));
    const shards = this.#inOrder(order);
    let next = this.#nextWindow(shards);
    for (let window = await next; window !== undefined; window = await next) {
      if (window.shards.length === this.store.numShards) this.#only = window;
      next = this.#nextWindow(shards);
      yield window;
    }
  }

  /** Takes shards until a window is full; `undefined` when there are none left. */
  #nextWindow(shards: AsyncIterator<FeatureShard>): Promise<FeatureWindow | undefined> {
    const gather = async (): Promise<FeatureWindow | undefined> => {
      const taken: FeatureShard[] = [];
      let sizeBytes = 0;
      while (sizeBytes < this.options.windowBytes) {
        const { value, done } = await shards.next();
        if (done === true) break;
        taken.push(value);
        sizeBytes += value.sizeBytes;
      }
      if (taken.length === 0) return undefined;
      return new FeatureWindow(taken, this.store.shardExamples);
    };
    return handled(gather());
  }

  /** The shards in their order, some asked for ahead so that every thread has work. */
  async *#inOrder(order: Int32Array): AsyncGenerator<FeatureShard> {
    const asked: Promise<FeatureShard>[] = [];
    let numAsked = 0;
    for (let taken = 0; taken < order.length; taken++) {
      while (numAsked < Math.min(order.length, taken + this.store.numThreads)) {
        asked.push(handled(this.store.shard(order[numAsked++])));
      }
      yield asked.shift()!;
    }
  }

  #requireGroups({ shards }: FeatureWindow): void {
    if (this.options.byGroup !== true || shards[0].groupKeys !== undefined) return;
    throw new Bert2dnnError('USAGE', 'distill: batches by group need groups, got none', {
      hint: 'Name the column with --group, or call a field "query".',
    });
  }
}

/** A promise whose failure is met when it is awaited, and is no unhandled one until then. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
