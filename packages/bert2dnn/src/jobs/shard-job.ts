// A shard as a job for another machine: paths and options, no texts and no secrets. Knows no queue and no model.
import { z } from 'zod';
import { Bert2dnnError } from '../foundation/errors.js';
import { fingerprintJson, type Json } from '../foundation/fingerprint.js';
import { CODE_VERSION } from '../foundation/version.js';
import type { PlannedShard } from './shard-plan.js';

/** What a worker is told. */
export interface ShardJob {
  format: 'bert2dnn-shard-job';
  version: 1;
  /** Version of the code that made the plan. */
  code: string;
  /** What all shards of one run share; its meaning is its maker's matter. Paths are as the worker sees them. */
  request: Json;
  /** Folder of the outputs. */
  out: string;
  shard: PlannedShard;
}

const jobSchema = z.object({
  format: z.literal('bert2dnn-shard-job'),
  version: z.literal(1),
  code: z.string(),
  request: z.json(),
  out: z.string(),
  shard: z.object({
    index: z.number().int().min(0),
    start: z.number().int().min(0),
    numRows: z.number().int().min(1),
    file: z.string().regex(/^[^/\\]+$/),
  }),
});

/** The job of a shard. */
export function createShardJob(run: { request: Json; out: string }, shard: PlannedShard): ShardJob {
  const { request, out } = run;
  return { format: 'bert2dnn-shard-job', version: 1, code: CODE_VERSION, request, out, shard };
}

/**
 * The job's name in the queue: of what was asked for, of the output folder and of the file, which is named by what decides
 * its content. So a second submission of the same shard is the same job.
 */
export function shardJobId({ out, request, shard }: ShardJob): string {
  return `${fingerprintJson([out, request])}-${shard.file}`;
}

/**
 * Checks what came out of a queue.
 * @throws Bert2dnnError VERSION_MISMATCH for a job of other code, or one that is none of ours.
 */
export function parseShardJob(data: unknown, host: string): ShardJob {
  const parsed = jobSchema.safeParse(data);
  if (!parsed.success) {
    throw new Bert2dnnError(
      'VERSION_MISMATCH',
      `${host}: the job is not one that this code knows`,
      {
        cause: parsed.error,
      },
    );
  }
  const { code } = parsed.data;
  if (code !== CODE_VERSION) {
    throw new Bert2dnnError(
      'VERSION_MISMATCH',
      `${host}: the job was made by bert2dnn ${code}, the worker is ${CODE_VERSION}`,
    );
  }
  return parsed.data as ShardJob;
}
