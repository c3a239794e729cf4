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

/** A shard that is finished. */
export interface FinishedOrder {
  shard: FinishedShard;
  /** Whether it was found so. */
  reused: boolean;
  /** Rows without scores, where this process scored it. */
  numFailedRows: number;
}

/** What a process says of a shard: how far it is, any number of times, then what became of it. */
export type ShardAnswer =
  | { scored: { numRows: number; numTokens: number } }
  | { finished: FinishedOrder }
  | { error: { code: string | undefined; message: string; hint: string | undefined } };
