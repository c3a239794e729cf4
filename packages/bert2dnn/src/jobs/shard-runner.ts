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

/** A run over shards. */
export interface ShardRun {
  /** Folder of the outputs. */
  out: string;
  plan: readonly PlannedShard[];
  /** The part of the plan to do; all without it. */
  selection?: ShardSelection;
  /** Does finished shards again. */
  force?: boolean;
  /** Stops before the next shard; finished ones stay. */
  signal?: AbortSignal;
  /** Writes the shard to `path`, whole or not at all. */
  produce(shard: PlannedShard, path: string): Promise<void>;
  /** Called for each selected shard, with whether it was there already. */
  onFinished?(shard: FinishedShard, reused: boolean): void;
}

/** What a run did. */
export interface ShardRunResult {
  /** Shards of the whole plan that are finished, by any process, in order. */
  finished: FinishedShard[];
  /** Whether every shard of the plan is finished: then the caller may write its manifest. */
  complete: boolean;
  numProduced: number;
  numReused: number;
}

/**
 * Produces the selected shards that are not there yet.
 * @throws Bert2dnnError INTERRUPTED when the signal fires; whatever `produce` throws.
 */
export async function runShards(run: ShardRun): Promise<ShardRunResult> {
  const known = new Map<number, FinishedShard>();
  let numProduced = 0;
  for (const shard of selectShards(run.plan, run.selection)) {
    if (run.signal?.aborted === true) {
      throw new Bert2dnnError('INTERRUPTED', `${run.out}: stopped before shard ${shard.index}`, {
        hint: 'Run the same command again: finished shards are kept.',
      });
    }
    const ready = run.force === true ? undefined : await readFinishedShard(run.out, shard);
    const finished = ready ?? (await produceShard(run, shard));
    if (ready === undefined) numProduced++;
    known.set(shard.index, finished);
    run.onFinished?.(finished, ready !== undefined);
  }
  const numReused = known.size - numProduced;
  for (const shard of run.plan) {
    if (known.has(shard.index)) continue;
    const finished = await readFinishedShard(run.out, shard);
    if (finished !== undefined) known.set(shard.index, finished);
  }
  const finished = [...known].sort(([left], [right]) => left - right).map(([, record]) => record);
  return { finished, complete: finished.length === run.plan.length, numProduced, numReused };
}

async function produceShard(run: ShardRun, shard: PlannedShard): Promise<FinishedShard> {
  const path = join(run.out, shard.file);
  // Without its sidecar a file does not count, so a crash during a forced run leaves no false claim.
  await rm(sidecarPath(path), { force: true });
  const startMs = performance.now();
  await run.produce(shard, path);
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

function sidecarPath(path: string): string {
  return `${path}.json`;
}
