// What a worker and its scoring process say to each other.
import type { PlannedShard } from '../jobs/shard-plan.js';
import type { FinishedShard } from '../jobs/shard-runner.js';
import type { WorkerOptions } from './scoring-request.js';

/** A shard to score. */
export interface ShardOrder extends WorkerOptions {
  /** A `ScoringRequest`, as the job holds it. */
  request: unknown;
  shard: PlannedShard;
}

/** What became of it. */
export type ShardAnswer =
  | { finished: FinishedShard }
  | { error: { code: string | undefined; message: string; hint: string | undefined } };
