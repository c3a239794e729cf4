// Runs the shards of a plan and commits each one, so that a run can be killed at any moment and go on.
// A shard is done when its file and its sidecar are there and agree. What a shard holds is the caller's matter.
import { z } from 'zod';
import { Bert2dnnError } from '../foundation/errors.js';
import { runInParallel } from '../foundation/in-parallel.js';
import { type OutputFolder, putJson } from '../store/index.js';
import { type PlannedShard, type ShardSelection, selectShards } from './shard-plan.js';

/** Shards that are looked at at a time. */
const NUM_LOOKS = 8;

/** What is known about a finished shard; its sidecar `<file>.json` holds the same. */
export interface FinishedShard {
  file: string;
  start: number;
  numRows: number;
  /** Hex SHA-256 of the file. */
  sha256: string;
  /** What an object store calls these bytes. */
  etag?: string;
  /** Rows without a result; absent in sidecars of earlier versions. */
  numFailedRows?: number;
  /** Time the work took. */
  seconds: number;
}

/** What a producer says of a shard. */
export interface ProducedShard {
  /** Rows without a result. */
  numFailedRows: number;
}

/** What a folder of shards is made of. */
export interface ShardFolderOptions {
  /** Folder of the outputs. */
  folder: OutputFolder;
  plan: readonly PlannedShard[];
  /** Does finished shards again. */
  force?: boolean;
  /** Writes the shard to `path`, whole or not at all. */
  produce(shard: PlannedShard, path: string): Promise<ProducedShard>;
}

/** The finished shards of a plan, in order. */
export interface CollectedShards {
  finished: FinishedShard[];
  /** Whether every shard of the plan is finished, by any process: then the caller may write its manifest. */
  complete: boolean;
}

/** The outputs of a plan in one folder: finds what is finished and produces what is not. */
export class ShardFolder {
  /** Shards that this object produced. */
  numProduced = 0;
  /** Shards that it found done. */
  numReused = 0;
  readonly #options: ShardFolderOptions;
  /** Hashing a file takes a while: what was seen or made once is believed. */
  readonly #known = new Map<number, FinishedShard>();

  constructor(options: ShardFolderOptions) {
    this.#options = options;
  }

  /**
   * The record of a shard; without one it is produced.
   * @throws whatever `produce` throws; RangeError for an index that the plan does not have.
   */
  async finish(index: number): Promise<FinishedShard> {
    const { folder, plan, force } = this.#options;
    const shard = plan[index];
    if (shard === undefined)
      throw new RangeError(`${folder.name}: no shard ${index} of ${plan.length}`);
    const ready =
      this.#known.get(index) ??
      (force === true ? undefined : await readFinishedShard(folder, shard));
    const finished = ready ?? (await produceShard(this.#options, shard));
    if (ready === undefined) this.numProduced++;
    else this.numReused++;
    this.#known.set(index, finished);
    return finished;
  }

  /** What is finished by now, by any process. */
  async collect(): Promise<CollectedShards> {
    const { folder, plan } = this.#options;
    const names = await folder.list();
    const listed = plan.filter(({ file }) => names.has(file) && names.has(sidecarName(file)));
    await runInParallel(listed, NUM_LOOKS, async (shard) => {
      const record = this.#known.get(shard.index) ?? (await readFinishedShard(folder, shard));
      if (record !== undefined) this.#known.set(shard.index, record);
    });
    const finished = listed.flatMap(({ index }) => this.#known.get(index) ?? []);
    return { finished, complete: finished.length === plan.length };
  }
}

/** A run over the shards of a plan. */
export interface ShardRun {
  /** Folder of the outputs, for errors. */
  out: string;
  plan: readonly PlannedShard[];
  /** The part of the plan to do; all without it. */
  selection?: ShardSelection;
  /** Stops before the next shard; finished ones stay. */
  signal?: AbortSignal;
  /** Finds or produces a shard. */
  finish(index: number): Promise<unknown>;
}

/**
 * Finishes the selected shards one after the other.
 * @throws Bert2dnnError INTERRUPTED when the signal fires; whatever `finish` throws.
 */
export async function runShards(run: ShardRun): Promise<void> {
  for (const shard of selectShards(run.plan, run.selection)) {
    if (run.signal?.aborted === true) {
      throw interruptedBefore(run.out, shard);
    }
    await run.finish(shard.index);
  }
}

/** The error of a run that was told to stop. */
export function interruptedBefore(out: string, { index }: PlannedShard): Bert2dnnError {
  return new Bert2dnnError('INTERRUPTED', `${out}: stopped before shard ${index}`, {
    hint: 'Run the same command again: finished shards are kept.',
  });
}

async function produceShard(
  { folder, produce, force }: ShardFolderOptions,
  shard: PlannedShard,
): Promise<FinishedShard> {
  const { file, start, numRows } = shard;
  // Unforced, a sidecar that is there disagrees with its file, or is of another process that did the same just now.
  if (force === true) await forgetShard(folder, shard);
  const startMs = performance.now();
  let produced: ProducedShard | undefined;
  const placed = await folder.put(file, async (path) => {
    produced = await produce(shard, path);
  });
  const seconds = Math.round(performance.now() - startMs) / 1000;
  const finished: FinishedShard = { file, start, numRows, ...placed, seconds, ...produced };
  await putJson(folder, sidecarName(file), finished);
  return finished;
}

const sidecarSchema = z.object({
  file: z.string(),
  start: z.number().int(),
  numRows: z.number().int(),
  sha256: z.string(),
  seconds: z.number(),
  etag: z.string().optional(),
  numFailedRows: z.number().int().optional(),
});

/**
 * The record of a shard whose file and sidecar are there and agree, else `undefined`.
 * @throws Bert2dnnError STORE_UNREACHABLE, STORE_REFUSED: a store that does not answer says nothing of its shards.
 */
export async function readFinishedShard(
  folder: OutputFolder,
  shard: PlannedShard,
): Promise<FinishedShard | undefined> {
  try {
    const sidecar = sidecarSchema.parse(await folder.readJson(sidecarName(shard.file)));
    const agrees =
      sidecar.file === shard.file &&
      sidecar.start === shard.start &&
      sidecar.numRows === shard.numRows &&
      (await folder.holds(shard.file, sidecar));
    return agrees ? sidecar : undefined;
  } catch (error) {
    if (error instanceof Bert2dnnError && error.code.startsWith('STORE_')) throw error;
    // Absent, half-written or changed: the shard is done again.
    return undefined;
  }
}

/** Makes a shard count as not finished. */
export async function forgetShard(folder: OutputFolder, { file }: PlannedShard): Promise<void> {
  // Without its sidecar a file does not count, so a crash during a forced run leaves no false claim.
  await folder.remove(sidecarName(file));
}

function sidecarName(file: string): string {
  return `${file}.json`;
}
