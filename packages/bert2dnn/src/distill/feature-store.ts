// The features of a whole input, shard by shard, made by worker threads when they are first asked for and read from the
// cache folder ever after. Holds no shard itself: what is in memory is decided by whoever asks.

import { WorkerPool } from '../foundation/worker-pool.js';
import { decodeShard, type FeatureShard } from './feature-shard.js';
import { type MadeShard, ShardMaker, type ShardSetting } from './shard-maker.js';

/** Examples of a shard unless an option says otherwise: half a row group of the files that `prepare` writes. */
export const SHARD_EXAMPLES = 1 << 15;

/** Options of `FeatureStore`. */
export interface FeatureStoreOptions {
  /** Threads that make and read shards. An input of a single shard is made by the caller's own. */
  threads: number;
  /** Hears of a file that was damaged and is made again. */
  note: (message: string) => void;
  /** Hears of every shard that was made (`isNew`) or read. */
  onShard?: (shard: FeatureShard, isNew: boolean) => void;
}

/** Gives shards by number. Must be closed. */
export class FeatureStore {
  readonly numExamples: number;
  readonly numShards: number;
  readonly shardExamples: number;
  readonly #pool: WorkerPool<number, MadeShard> | undefined;
  readonly #maker: ShardMaker | undefined;

  constructor(
    setting: ShardSetting,
    private readonly options: FeatureStoreOptions,
  ) {
    this.numExamples = setting.set.numRows;
    this.shardExamples = setting.shardExamples;
    this.numShards = Math.ceil(this.numExamples / this.shardExamples);
    if (this.numShards === 1) this.#maker = new ShardMaker(setting);
    else {
      const script = new URL('./feature-worker.js', import.meta.url);
      const numThreads = Math.min(options.threads, this.numShards);
      this.#pool = new WorkerPool(script, setting, numThreads);
    }
  }

  /** Shards that can be asked for at once with use. */
  get numThreads(): number {
    return this.#pool?.numThreads ?? 1;
  }

  /** A shard by number. @throws as `ShardMaker.make` */
  async shard(shardIndex: number): Promise<FeatureShard> {
    const { note, onShard } = this.options;
    const made = await (this.#pool?.ask(shardIndex) ?? this.#maker!.make(shardIndex));
    if (made.damage !== undefined) note(`features are made again: ${made.damage}`);
    const shard = decodeShard(made.bytes);
    onShard?.(shard, made.isNew);
    return shard;
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await this.#pool?.close();
  }
}
