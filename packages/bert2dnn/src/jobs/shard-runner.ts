// Runs the shards of a plan and commits each one, so that a run can be killed at any moment and go on.
// A shard is done when its file and its sidecar are there and agree. What a shard holds is the caller's matter.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Bert2dnnError } from '../foundation/errors.js';
import { readJson, writeJsonAtomically } from '../foundation/files.js';
import { sha256OfFile } from '../foundation/fingerprint.js';
import { type PlannedShard, type ShardSelection, selectShards } from './shard-plan.js';

/** What is known about a finished shard; its sidecar `<file>.json` holds the same. */
export interface FinishedShard {
  file: string;
  start: number;
  numRows: number;
  /** Hex SHA-256 of the file. */
  sha256: string;
  /** Time the work took. */
  seconds: number;
}

/** What a folder of shards is made of. */
export interface ShardFolderOptions {
  /** Folder of the outputs. */
  out: string;
  plan: readonly PlannedShard[];
  /** Does finished shards again. */
  force?: boolean;
  /** Writes the shard to `path`, whole or not at all. */
  produce(shard: PlannedShard, path: string): Promise<void>;
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
    const { out, plan, force } = this.#options;
    const shard = plan[index];
    if (shard === undefined) throw new RangeError(`${out}: no shard ${index} of ${plan.length}`);
    const ready =
      this.#known.get(index) ?? (force === true ? undefined : await readFinishedShard(out, shard));
    const finished = ready ?? (await produceShard(this.#options, shard));
    if (ready === undefined) this.numProduced++;
    else this.numReused++;
    this.#known.set(index, finished);
    return finished;
  }

  /** What is finished by now, by any process. */
  async collect(): Promise<CollectedShards> {
    const { out, plan } = this.#options;
    const finished: FinishedShard[] = [];
    for (const shard of plan) {
      const record = this.#known.get(shard.index) ?? (await readFinishedShard(out, shard));
      if (record === undefined) continue;
      this.#known.set(shard.index, record);
      finished.push(record);
    }
    return { finished, complete: finished.length === plan.length };
  }
}

/** A run over the shards of a plan. */
export interface ShardRun {
  /** Folder of the outputs, named in errors. */
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
      throw new Bert2dnnError('INTERRUPTED', `${run.out}: stopped before shard ${shard.index}`, {
        hint: 'Run the same command again: finished shards are kept.',
      });
    }
    await run.finish(shard.index);
  }
}

async function produceShard(
  { out, produce }: ShardFolderOptions,
  shard: PlannedShard,
): Promise<FinishedShard> {
  const path = join(out, shard.file);
  await forgetShard(out, shard);
  const startMs = performance.now();
  await produce(shard, path);
  const finished: FinishedShard = {
    file: shard.file,
    start: shard.start,
    numRows: shard.numRows,
    sha256: await sha256OfFile(path),
    seconds: Math.round(performance.now() - startMs) / 1000,
  };
  await writeJsonAtomically(sidecarPath(path), finished);
  return finished;
}

const sidecarSchema = z.object({
  file: z.string(),
  start: z.number().int(),
  numRows: z.number().int(),
  sha256: z.string(),
  seconds: z.number(),
});

/** The record of a shard whose file and sidecar are there and agree, else `undefined`. */
export async function readFinishedShard(
  out: string,
  shard: PlannedShard,
): Promise<FinishedShard | undefined> {
  const path = join(out, shard.file);
  try {
    const sidecar = sidecarSchema.parse(await readJson(sidecarPath(path)));
    const agrees =
      sidecar.file === shard.file &&
      sidecar.start === shard.start &&
      sidecar.numRows === shard.numRows &&
      sidecar.sha256 === (await sha256OfFile(path));
    return agrees ? sidecar : undefined;
  } catch {
    // Absent, half-written or changed: the shard is done again.
    return undefined;
  }
}

/** Makes a shard count as not finished. */
export async function forgetShard(out: string, { file }: PlannedShard): Promise<void> {
  // Without its sidecar a file does not count, so a crash during a forced run leaves no false claim.
  await rm(sidecarPath(join(out, file)), { force: true });
}

function sidecarPath(path: string): string {
  return `${path}.json`;
}
